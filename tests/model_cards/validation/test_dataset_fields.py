import pytest

CONFIG = {"config_name": "news", "data_files": [{"split": "train", "path": "news/train-*"}]}


@pytest.mark.parametrize(
    "metadata",
    [
        {"task_categories": ["text-generation"], "task_ids": ["text2text-generation"]},
        {"task_categories": ["summarization"]},
        {"size_categories": ["n<1K"], "multilinguality": "monolingual"},
        {"annotations_creators": ["no-annotation"], "language_creators": ["machine-generated"]},
        {"source_datasets": ["original", "extended|xsum", "EdinburghNLP/xsum"]},
        {"configs": [CONFIG, CONFIG | {"config_name": "biomedical", "default": True}]},
        {"configs": [{"config_name": "news", "data_files": "news/*.parquet"}, {"config_name": "a", "data_dir": "a"}]},
        {"configs": [{"config_name": "news", "data_files": ["a.parquet", "b/**"]}]},
        {"configs": [CONFIG], "dataset_info": {"config_name": "news", "splits": [{"name": "train"}]}},
        {"configs": [CONFIG], "dataset_info": [{"config_name": "news"}]},
        {"dataset_info": {"features": []}},
    ],
)
def test_takes_what_the_hub_takes(dataset_problems, metadata):
    assert dataset_problems(**metadata) == []


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        (
            {"task_categories": ["text2text-generation"]},
            "task_categories[0]: the Hub does not know 'text2text-generation'",
        ),
        ({"task_categories": ["sumarization"]}, "did you mean summarization"),
        ({"task_categories": "summarization"}, "task_categories: must be a list"),
        (
            {"task_categories": ["summarization"], "task_ids": ["text2text-generation"]},
            "task_ids[0]: 'text2text-generation' belongs to text-generation; add that to task_categories",
        ),
        ({"task_ids": ["text2text-generation"]}, "belongs to text-generation"),
        ({"task_categories": ["summarization"], "task_ids": ["paraphrase"]}, "task_ids[0]: the Hub does not know"),
        ({"size_categories": ["1k<n<10k"]}, "size_categories[0]: the Hub does not know '1k<n<10k'; use one of"),
        ({"annotations_creators": ["machines"]}, "use one of crowdsourced, expert-generated, found, machine-generated"),
        ({"language_creators": ["no-annotation"]}, "language_creators[0]: the Hub does not know"),
        ({"multilinguality": ["english"]}, "multilinguality[0]: the Hub does not know"),
        ({"source_datasets": ["a folder/of mine"]}, "names no repository of the Hub"),
    ],
)
def test_names_field_value_and_remedy(dataset_problems, metadata, problem):
    [line] = dataset_problems(**metadata)
    assert problem in line


@pytest.mark.parametrize(
    ("configs", "problem"),
    [
        ({"config_name": "news"}, "configs: must be a list"),
        (["news"], "configs[0]: must be a mapping"),
        ([{"data_files": "*"}], "configs[0].config_name: is missing"),
        ([CONFIG, CONFIG | {"data_files": "x/*"}], "configs[1].config_name: 'news' names two configs"),
        ([CONFIG | {"config_name": "a/b"}], "'a/b' holds /, which datasets refuses"),
        ([CONFIG | {"config_name": 3}], "configs[0].config_name: must be a text, got 3"),
        ([CONFIG | {"default": "yes"}], "configs[0].default: must be true or false, got 'yes'"),
        (
            [CONFIG | {"default": True}, CONFIG | {"config_name": "b", "default": True}],
            "configs: news, b are all `default: true`",
        ),
        ([CONFIG | {"data_files": "../news/*"}], "'../news/*' has '..' between its slashes"),
        ([CONFIG | {"data_files": ["/data/news/*"]}], "is absolute"),
        ([CONFIG | {"data_files": "https://example.com/a.csv"}], "lies outside the repository"),
        ([CONFIG | {"data_files": [{"split": "train"}]}], "configs[0].data_files[0].path: is missing"),
        ([CONFIG | {"data_files": [{"split": "my-train", "path": "a"}]}], "no split named 'my-train'"),
        ([CONFIG | {"data_files": [{"split": "a", "path": ["x", "\\y"]}]}], "holds a backslash"),
        ([CONFIG | {"data_files": CONFIG["data_files"] + [{"split": "train", "path": "b"}]}], "'train' stands there"),
    ],
)
def test_says_what_datasets_could_not_load(dataset_problems, configs, problem):
    [line] = dataset_problems(configs=configs)
    assert problem in line


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        ({"config_name": "nwes"}, "dataset_info.config_name: no config is named 'nwes'; use one of news"),
        ({"features": []}, "dataset_info.config_name: no config is named 'default'"),
        ([{"config_name": "news"}, {"config_name": "news"}], "dataset_info[1].config_name: 'news' is described twice"),
        ([3], "dataset_info[0]: must be a mapping"),
        ({"config_name": "news", "splits": [{"name": "train"}, {"name": "test"}]}, "'test' has no data_files"),
        ({"config_name": "news", "splits": []}, "dataset_info.splits: lacks 'train'"),
    ],
)
def test_the_description_of_a_config_matches_it(dataset_problems, info, problem):
    [line] = dataset_problems(configs=[CONFIG], dataset_info=info)
    assert problem in line
