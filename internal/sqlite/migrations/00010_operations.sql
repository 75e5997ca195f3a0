-- +goose Up
-- How attempts ended, by time, with all that sums over them need: no event's body is read for
-- them. Damaged bodies give NULL.
CREATE INDEX events_attempts ON events (
    ts, name, run_id,
    iif(json_valid(body), json_extract(body, '$.provider'), NULL),
    iif(json_valid(body), json_extract(body, '$.model'), NULL),
    iif(json_valid(body), json_extract(body, '$.error_class'), NULL),
    iif(json_valid(body), json_extract(body, '$.input_tokens'), NULL),
    iif(json_valid(body), json_extract(body, '$.output_tokens'), NULL),
    iif(json_valid(body), json_extract(body, '$.cost_usd'), NULL),
    iif(json_valid(body), json_extract(body, '$.wasted_cost_usd'), NULL),
    iif(json_valid(body), json_extract(body, '$.simulated_cost_usd'), NULL),
    iif(json_valid(body), json_extract(body, '$.latency_ms'), NULL),
    iif(json_valid(body), json_extract(body, '$.first_event_ms'), NULL)
) WHERE name IN ('attempt_finished', 'attempt_failed');

-- Finds the last failure of a provider, whatever it answered since.
CREATE INDEX events_failures ON events (
    iif(json_valid(body), json_extract(body, '$.provider'), NULL), ts, run_id,
    iif(json_valid(body), json_extract(body, '$.error_class'), NULL)
) WHERE name = 'attempt_failed';

CREATE INDEX events_effects ON events (
    name, ts, run_id,
    iif(json_valid(body), json_extract(body, '$.from_provider'), NULL),
    iif(json_valid(body), json_extract(body, '$.to_provider'), NULL)
) WHERE name IN ('stage_fallback', 'stage_failed');

-- The drills.
CREATE INDEX events_drills ON events (run_id)
WHERE name = 'pipeline_started' AND iif(json_valid(body), json_extract(body, '$.drill'), NULL) <> '';

-- What happened to providers, by time.
CREATE INDEX standalone_events_of_providers ON standalone_events (ts)
WHERE name IN ('provider_held', 'provider_released', 'provider_probed', 'breaker_changed', 'cooldown_started', 'cooldown_ended');

-- +goose Down
DROP INDEX standalone_events_of_providers;
DROP INDEX events_drills;
DROP INDEX events_effects;
DROP INDEX events_failures;
DROP INDEX events_attempts;
