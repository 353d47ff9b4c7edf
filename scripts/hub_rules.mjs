// Prints the Hub's lists as JSON, from the npm packages that refresh_hub_rules.py installed in the current folder.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const here = pathToFileURL(`${process.cwd()}/`);
const require = createRequire(here);
const inPackage = (path) => new URL(`node_modules/${path}`, here).pathname;
const version = (name) => JSON.parse(readFileSync(inPackage(`${name}/package.json`), "utf8")).version;

const tasks = require("@huggingface/tasks");
const typescript = require("typescript");
const { iso6392 } = await import(new URL("node_modules/iso-639-2/index.js", here).href);
const { iso6393 } = await import(new URL("node_modules/iso-639-3/index.js", here).href);
const licences = [...require("spdx-license-ids"), ...require("spdx-license-ids/deprecated")];

const pipelines = Object.entries(tasks.PIPELINE_DATA).map(([type, { modality, subtasks = [] }]) => [
	type,
	{ modality, subtasks: subtasks.map((subtask) => subtask.type), output: outputOf(type) },
]);
const languages = [...iso6392, ...iso6393].flatMap((l) => [l.iso6391, l.iso6392B, l.iso6392T, l.iso6393]);
const packages = ["@huggingface/tasks", "iso-639-2", "iso-639-3", "spdx-license-ids"];

console.log(
	JSON.stringify({
		packages: Object.fromEntries(packages.map((name) => [name, version(name)])),
		pipelines: Object.fromEntries(pipelines),
		libraries: tasks.ALL_MODEL_LIBRARY_KEYS,
		widget: widgetSchema(inPackage("@huggingface/tasks/dist/commonjs/widget-example.d.ts")),
		languages: languages.filter((code) => code && code.length <= 3), // not the range qaa-qtz
		licences: licences.map((id) => id.toLowerCase()),
	}),
);

// What the task's own page shows as its output: text, chart (labels with scores), img, audio, ...
function outputOf(type) {
	return tasks.TASKS_DATA[type]?.demo?.outputs[0]?.type ?? null;
}

// The members of the type WidgetExample and of its output: key -> its type, with a "?" where the key may be left out.
function widgetSchema(path) {
	const program = typescript.createProgram([path], { strict: true, noEmit: true });
	const checker = program.getTypeChecker();
	const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)));
	const named = (name) => checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === name));
	const shape = (type) =>
		Object.fromEntries(
			checker.getPropertiesOfType(type).map((property) => {
				const written = checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(property)));
				const optional = property.flags & typescript.SymbolFlags.Optional ? "?" : "";
				return [property.name, written + optional];
			}),
		);
	const members = named("WidgetExample").types;
	const parameters = checker.getTypeOfSymbol(members[0].getProperty("parameters"));
	const outputs = named("WidgetExampleOutput").types;
	const one = (type) => (checker.isArrayType(type) ? [shape(checker.getTypeArguments(type)[0])] : shape(type));
	return {
		inputs: members.map((member) => ({ ...shape(member), parameters: undefined, output: undefined })),
		parameters: shape(checker.getNonNullableType(parameters)),
		outputs: outputs.map(one),
	};
}
