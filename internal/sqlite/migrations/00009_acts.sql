-- +goose Up
ALTER TABLE signals ADD COLUMN note TEXT NOT NULL DEFAULT '';      -- who sent it and why, for the event that records it

-- +goose Down
ALTER TABLE signals DROP COLUMN note;
