"""Invented traffic of a gateway, as LiteLLM reports it, with everything that is easily counted twice."""

import random
from datetime import UTC, datetime, timedelta

from connectors.gateway.reading import Object
from tests.gateway.payloads import payload

MODELS = (
    ("deepseek/deepseek-chat-v3.1", "openrouter", 1.1e-7),
    ("qwen/qwen3-coder", "openrouter", 2.2e-7),
    ("gpt-5.1", "openai", 1.25e-6),
    ("claude-sonnet-4-5", "anthropic", 3e-6),
    ("nobody-knows", "hosted_vllm", None),
)


def draw(count: int, now: datetime, days: int = 3, seed: int = 7) -> list[Object]:
    """Payloads of the last `days`: successes, failures and cache hits, some without a cost, each with an id."""
    rng = random.Random(seed)
    return [_draw_one(rng, f"chatcmpl-{number}", now, days) for number in range(count)]


def _draw_one(rng: random.Random, id: str, now: datetime, days: int) -> Object:
    model, provider, price = rng.choice(MODELS)
    end = now - timedelta(seconds=rng.uniform(60, days * 86_400))
    prompt, completion = round(rng.lognormvariate(6, 1.2)), round(rng.lognormvariate(5, 1))
    cached, reasoning = rng.randint(0, prompt), rng.randint(0, completion)
    cost = price * (prompt + 4 * completion) if price and rng.random() > 0.1 else None
    kind = rng.random()
    more: Object = {"status": "failure"} if kind < 0.05 else {"cache_hit": True} if kind < 0.1 else {}
    details = {
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return payload(
        id,
        model,
        prompt,
        completion,
        custom_llm_provider=provider,
        startTime=end.timestamp() - rng.uniform(0.1, 30),
        endTime=end.astimezone(UTC).timestamp(),
        response_cost=cost,
        metadata={"usage_object": details, "user_api_key_alias": rng.choice([None, "support", "search"])},
        **more,
    )
