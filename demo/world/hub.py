"""The synthetic world's Hub: repositories as they are listed, reading by reading.

An answer key, written beside the seeds of the pipeline and never read from them: every repository carries the facts
behind the answers. Organisations are real (but for acme-labs, unmapped on purpose); counters are invented.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from random import Random

from demo.tables import HUB_MODELS
from demo.world.calendar import stamp
from demo.world.files import File

OPENING = date(2025, 6, 30)
YEAR = 365
DERIVED = 240
RELATIONS = ("finetune", "quantized", "adapter", "merge")
USERS = ("bartowski", "unsloth", "mlx-community", "TheDrummer", "lone-tuner", "acme-labs")


@dataclass(frozen=True)
class Series:
    """A family: its official repositories, their downloads at the opening and per year, the weight of derivatives."""

    family_id: str
    organisation: str
    tag: str
    is_chinese: bool
    names: tuple[str, ...]
    opening_millions: int
    year_millions: int
    derived_weight: int
    trending: int


@dataclass(frozen=True)
class Repository:
    """One repository; the counter stands at `opening` on its first day and rises by `daily` a day."""

    repo: str
    created: date
    opening: int
    daily: int
    likes: int
    trending: int
    tags: tuple[str, ...] = ()
    pipeline_tag: str = "text-generation"
    family_id: str = ""
    is_chinese: bool = False
    is_mapped: bool = True
    bases: tuple[tuple[str, str, str], ...] = ()  # relation, repository, its family
    tagged: tuple[str, ...] = ()
    born_as: str = ""
    renamed_on: date = date.max
    fall_on: date = date.max
    withdrawn_on: date = date.max
    hub_id: str = ""

    def counter(self, day: date) -> int:
        """The all-time counter on a day; it loses four fifths on the day of its fall and goes on from there."""
        risen = self.opening + self.daily * (day - max(self.created, OPENING)).days
        return risen - (4 * self.opening // 5 if day >= self.fall_on else 0)

    def rolling(self, day: date) -> int:
        """Downloads of the last thirty days: up and down with the week."""
        return self.daily * (27 + day.toordinal() % 7)

    def name(self, day: date) -> str:
        return self.born_as if self.born_as and day < self.renamed_on else self.repo


PLANS = (
    Series("qwen", "Qwen", "qwen3", True, ("Qwen3-8B", "Qwen3-0.6B", "Qwen3-4B", "Qwen2.5-7B-Instruct", "Qwen3-32B",
         "Qwen3-Coder-30B-A3B-Instruct", "QwQ-32B", "Qwen3-235B-A22B"), 520, 640, 40, 96),
    Series("deepseek", "deepseek-ai", "deepseek_v3", True, ("DeepSeek-R1", "DeepSeek-V3", "DeepSeek-R1-0528"),
         90, 130, 9, 99),
    Series("llama", "meta-llama", "llama", False, ("Llama-3.1-8B-Instruct", "Llama-3.2-1B", "Llama-3.3-70B-Instruct",
         "Llama-4-Scout-17B-16E"), 430, 240, 14, 40),
    Series("gemma", "google", "gemma3", False, ("gemma-3-4b-it", "gemma-3-27b-it", "gemma-2-9b"), 150, 190, 10, 88),
    Series("mistral", "mistralai", "mistral", False, ("Mistral-7B-Instruct-v0.3", "Mixtral-8x7B-v0.1"), 120, 90, 8, 35),
    Series("gpt-oss", "openai", "gpt_oss", False, ("gpt-oss-20b", "gpt-oss-120b"), 0, 150, 6, 93),
    Series("kimi", "moonshotai", "kimi_k2", True, ("Kimi-K2-Instruct", "Moonlight-16B-A3B"), 4, 40, 2, 97),
    Series("glm", "zai-org", "glm4", True, ("glm-4-9b-chat", "GLM-4.5-Air"), 30, 45, 3, 91),
    Series("minimax", "MiniMaxAI", "minimax_m2", True, ("MiniMax-M1-80k",), 3, 20, 1, 90),
    Series("mimo", "XiaomiMiMo", "mimo", True, ("MiMo-7B-RL",), 2, 14, 1, 60),
    Series("hunyuan", "tencent", "hunyuan", True, ("Hunyuan-A13B-Instruct",), 3, 16, 1, 50),
    Series("ernie", "baidu", "ernie4_5", True, ("ERNIE-4.5-21B-A3B-PT",), 1, 9, 1, 30),
    Series("phi", "microsoft", "phi3", False, ("Phi-4-mini-instruct", "phi-2"), 80, 70, 3, 87),
    Series("granite", "ibm-granite", "granite", False, ("granite-3.3-8b-instruct", "granite-3.1-2b-base"),
         9, 22, 1, 42),
    Series("nemotron", "nvidia", "nemotron", False, ("Llama-3_3-Nemotron-Super-49B-v1",), 5, 30, 1, 89),
)  # fmt: skip
OTHERS = (  # repo, downloads in millions at the opening and in a year, Chinese, mapped, trending
    ("google-bert/bert-base-uncased", 900, 260, False, True, 12),
    ("openai/whisper-large-v3", 70, 110, False, True, 95),
    ("BAAI/bge-m3", 60, 130, True, True, 33),
    ("sentence-transformers/all-MiniLM-L6-v2", 800, 310, False, False, 31),
    ("acme-labs/acme-7b", 1, 6, False, False, 86),
    ("black-forest-labs/FLUX.1-dev", 20, 45, False, False, 92),
)
LATECOMERS = {"gpt-oss-20b": date(2025, 8, 5), "gpt-oss-120b": date(2025, 8, 5), "GLM-4.5-Air": date(2025, 7, 28)}
FALLS = {"meta-llama/Llama-3.2-1B": date(2026, 6, 29)}
WITHDRAWN = {"ibm-granite/granite-3.1-2b-base": date(2026, 3, 31)}
RENAMED = {"zai-org/glm-4-9b-chat": ("THUDM/glm-4-9b-chat", date(2025, 8, 31))}
MILLION = 1_000_000
FIRST_DAYS = (*(date(2025, month, 1) for month in range(7, 13)), *(date(2026, month, 1) for month in range(1, 7)))
MONTH_ENDS = tuple(first - timedelta(days=1) for first in FIRST_DAYS)  # 30 June 2025 to 31 May 2026
LAST_DAYS = tuple(date(2026, 6, 27) + timedelta(days=number) for number in range(5))
READ_AT, KNOWN_AT = time(6), time(3)
# Counters have no history upstream: only a fetch of that day has them.
EARLIER = tuple(datetime.combine(day, READ_AT, UTC) for day in (*MONTH_ENDS, LAST_DAYS[0]))


def files(seed: int) -> Iterator[File]:
    """hub_models.csv."""
    repositories = draw(seed)
    shown = (_row(repository, day) for day in (*MONTH_ENDS, *LAST_DAYS) for repository in listed(repositories, day))
    yield File(HUB_MODELS.file, HUB_MODELS.columns, shown)


def listed(repositories: Iterable[Repository], day: date) -> Iterator[Repository]:
    """The repositories existing by a day."""
    return (repository for repository in repositories if repository.created <= day)


def _row(repository: Repository, day: date) -> tuple[str, ...]:
    return (
        stamp(datetime.combine(day, KNOWN_AT, UTC)),
        repository.hub_id,
        repository.name(day),
        stamp(datetime.combine(repository.created, time(), UTC)),
        repository.pipeline_tag,
        ";".join(repository.tags),
        str(repository.rolling(day)),
        str(repository.counter(day)),
        str(repository.likes),
        str(repository.trending),
        ";".join(f"{relation}:{base}" for relation, base, _ in repository.bases),
        "true" if day >= repository.withdrawn_on else "false",
    )


def draw(seed: int) -> tuple[Repository, ...]:
    """Draw all repositories, official ones first."""
    random = Random(seed)
    official = [repository for plan in PLANS for repository in _official(plan, random)]
    others = [_other(*cells, random) for cells in OTHERS]
    derived = [_derived(number, official, random) for number in range(DERIVED)]
    return tuple(_numbered(repository) for repository in (*official, *others, *derived, *_special()))


def _official(plan: Series, random: Random) -> Iterator[Repository]:
    """A family's official repositories: the first has half of the downloads, the next half of the rest, and so on."""
    whole = 2 ** len(plan.names) - 1
    for place, name in enumerate(plan.names):
        part, repo = 2 ** (len(plan.names) - 1 - place), f"{plan.organisation}/{name}"
        created = LATECOMERS.get(name, date(2025, 1, 10) + timedelta(days=random.randrange(120)))
        born_as, renamed_on = RENAMED.get(repo, ("", date.max))
        yield Repository(
            repo=repo,
            created=created,
            opening=0 if created > OPENING else plan.opening_millions * MILLION * part // whole,
            daily=plan.year_millions * MILLION * part // whole // YEAR + random.randrange(50),
            likes=random.randrange(100, 9000),
            trending=plan.trending - 20 * place if plan.trending > 20 * place else 0,
            tags=("transformers", plan.tag),
            family_id=plan.family_id,
            is_chinese=plan.is_chinese,
            tagged=(plan.family_id,),
            born_as=born_as,
            renamed_on=renamed_on,
            fall_on=FALLS.get(repo, date.max),
            withdrawn_on=WITHDRAWN.get(repo, date.max),
        )


def _other(
    repo: str, opening: int, year: int, is_chinese: bool, is_mapped: bool, trending: int, random: Random
) -> Repository:
    return Repository(
        repo=repo,
        created=date(2024, 3, 1) + timedelta(days=random.randrange(200)),
        opening=opening * MILLION,
        daily=year * MILLION // YEAR,
        likes=random.randrange(100, 9000),
        trending=trending,
        pipeline_tag="feature-extraction",
        is_chinese=is_chinese,
        is_mapped=is_mapped,
    )


def _derived(number: int, official: list[Repository], random: Random) -> Repository:
    """A repository built on one of a family's; one in eight bears the family's tag and declares no base."""
    plan = random.choices(PLANS, [plan.derived_weight for plan in PLANS])[0]
    base = random.choice([one for one in official if one.family_id == plan.family_id])
    relation = random.choice(RELATIONS)
    return Repository(
        repo=f"{random.choice(USERS)}/{base.repo.partition('/')[2]}-{relation}-{number:03}",
        created=date(2025, 9, 1) + timedelta(days=random.randrange(270)),
        opening=0,
        daily=random.randrange(5, 400),
        likes=random.randrange(60),
        trending=0,
        tags=(plan.tag, "gguf") if number % 3 else ("gguf",),
        pipeline_tag="image-text-to-text" if number % 11 == 0 else "text-generation",
        is_mapped=False,
        bases=() if number % 8 == 5 else ((relation, base.repo, plan.family_id),),
        tagged=(plan.family_id,) if number % 3 else (),
    )


def _special() -> Iterator[Repository]:
    """A merge of two families, a fine-tune of a fine-tune (of no family), and a withdrawn derivative."""
    common = {"opening": 0, "daily": 90, "likes": 3, "trending": 0, "is_mapped": False}
    two = (("merge", "Qwen/Qwen3-8B", "qwen"), ("merge", "meta-llama/Llama-3.1-8B-Instruct", "llama"))
    yield Repository("mergekit/Qwen-Llama-8B", date(2026, 2, 3), bases=two, **common)  # type: ignore[arg-type]
    tuned = (("finetune", "mergekit/Qwen-Llama-8B", ""),)
    yield Repository("lone-tuner/Qwen-Llama-8B-chat", date(2026, 2, 9), bases=tuned, **common)  # type: ignore[arg-type]
    gone = (("finetune", "google/gemma-3-4b-it", "gemma"),)
    yield Repository(
        "lone-tuner/gemma-gone",
        date(2026, 2, 12),
        bases=gone,
        withdrawn_on=date(2026, 6, 30),
        **common,  # type: ignore[arg-type]
    )


def _numbered(repository: Repository) -> Repository:
    return replace(repository, hub_id=sha256(repository.repo.encode()).hexdigest()[:24])
