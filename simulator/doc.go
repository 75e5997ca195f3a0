// Package simulator plays the HTTP APIs of model providers, and misbehaves on purpose.
//
// A [Simulator] is an http.Handler that speaks Anthropic's Messages API, OpenAI's Chat
// Completions and Responses APIs, Gemini's API, and Chat Completions as any compatible
// server speaks it, streamed and not. Healthy answers are what was asked for: valid
// instances of the requested schema, made of the words of the prompt. Requests are
// checked as the vendors check them. What goes wrong, when and how, is written in a
// [Scenario], and what happened is in the log; see [Simulator.Calls].
//
// The package shares no code with the clients of the APIs, so that it can't share
// their mistakes.
//
// # Paths
//
// Each provider lives below a prefix. [BaseURLs] has the variables for the official SDKs.
//
//	/anthropic/v1/messages
//	/openai/v1/chat/completions
//	/openai/v1/responses
//	/google/v1beta/models/MODEL:generateContent and :streamGenerateContent, also /v1/
//	/compat/NAME/v1/chat/completions          the provider is NAME
//
// The models of each are listed under .../models. At the root there are the paths that
// only one vendor has. And there is
//
//	GET /_simulator/calls                     the log, as JSON
//	GET /_simulator/scenario                  the scenario, as YAML
//	PUT /_simulator/scenario?name=NAME        another one, or its YAML as the body
//
// A key that is "invalid" or begins with "invalid-" is a wrong key; any other is right.
// Keys are never logged, and never returned except by hostile: echo_key.
//
// # Scenarios
//
// A scenario is a YAML file; [Find] has those that are part of the program. Anything
// that the format does not know is an error, with line and column.
//
//	id: S17
//	name: anthropic-overload
//	description: Anthropic answers 529 overloaded_error for 20 minutes.
//	target: anthropic      # what provider: target means in rules; anthropic by default
//	seed: 1                # other seeds, other answers and other calls hit by chance
//	pace: {first_event: 800ms, tokens_per_second: 80}   # of answers; at once by default
//	rules:                 # the first rule that fits a call decides about it
//	  - name: outage
//	    when:              # all of it must fit; what is left out fits
//	      provider: target        # a name, a pattern with *, or a list of them
//	      model: claude-*         # the same
//	      api: messages           # messages, chat, responses, generate, stream_generate
//	      streaming: true
//	      prompt_contains: text
//	      tokens_over: 1000       # prompts of more tokens, at 4 characters a token
//	      after: 0s               # since the first call after the scenario was set
//	      until: 20m
//	      calls: 1-3              # 3, 1-3, 4-, or a list of these
//	      share: 0.5              # of the calls that fit all else, picked by the seed
//	    fault:
//	      error: overloaded
//	      retry_after: 2s
//
// Calls are counted for each rule and provider: those that fit all else that the rule
// says, share apart, whether or not another rule decides about them.
//
// A fault is one of these. {} is none: its calls pass.
//
//	error: NAME                        the vendor's error; Errors lists the names;
//	                                   context_length tells tokens_over as the window, if that is set
//	status: 503, body: text            any answer, with a status from 200 to 999
//	status: 403, page: true            the bare HTML page of an edge or proxy
//	stream_error: {after_tokens: 10, error: NAME}   or raw: bytes; an error in the stream
//	cut: {after_tokens: 10}            the connection dies
//	end: {after_tokens: 10}            a clean end without the terminal event
//	malformed: {after_tokens: 10}      a chunk that is not JSON; the rest is fine
//	stall: {after_tokens: 10, for: 1m, pings: true}   silence, for good without for
//	first_event: 20s                   headers and first byte come late
//	first_event: 60s, meanwhile: comments           the headers come at once; or headers, or pings
//	hostile: NAME                      an attack on the client; Hostilities lists the names, see below
//	silent: true                       never a byte
//	reset, refuse, dns, tls: true      no connection
//	output: NAME                       a complete answer that is no good; Outputs lists the names
//	text: words                        this answer
//	drip: {pieces: 40, every: 15s}     a healthy answer, whose text comes in so many pieces
//	limit: {concurrent: 4, per_minute: 50}          429 above it; other calls go on to the next rule
//	served_model: NAME                 another model says to have answered
//
// With each goes delay, a time before anything is answered, and headers, which are
// added to the answer. With error, stream_error and limit goes retry_after, and with
// output: refusal goes block_prompt: true, which lets Gemini block the prompt.
//
// With first_event goes meanwhile: what comes until then. The headers come at once, or
// after delay. With comments, a comment ": processing" follows every 10 seconds; with
// pings, the vendor's own sign of life, or a comment if the vendor has none. Answers
// that are not event streams have neither: for them both act as headers.
//
// With drip, the first piece of text comes at once, and what ends the stream right after
// the last one; tokens_per_second has no effect. A text of fewer runes than pieces comes
// rune by rune. An answer that is not streamed comes when the last piece would.
//
// A place is a number of output tokens, or the end of the text if that is shorter.
// after_tokens: 0 is before the first event, and with after_start: true right after
// it. Answers that are not streamed break at the same share of their body; a
// stream_error is an error in their place.
//
// An answer comes to a wrong key before all rules but those about connections, and to
// a request that is at fault itself before all faults of answers.
//
// Of the project's fault scenarios, S23 (a killed process), S29 (cancelling), S30 (a
// store that takes nothing) and S60 (a machine that sleeps) are only the background for
// what is done to the client.
//
// # Hostilities
//
//	huge_error            the vendor's error 500, with a message of 10 MB
//	gzip_bomb             an error 500 of 1 MB in gzip, which expands to 1 GB
//	gzip_bomb_stream      the same as a 200 event stream
//	endless_events        a stream that begins well, and then events without text for ever
//	endless_text          the same with 100 tokens of text in each event
//	huge_headers          a healthy answer with 64 more headers of 16 kB
//	redirect              a 307 to https://elsewhere.invalid/v1/steal?key=abc
//	control_characters    an error 500 with escape sequences, NUL, CR and bidi overrides in its message
//	echo_key              an error 500 that repeats the key of the request
//	switch_protocols      a 101, and then silence; only closing the body ends it, as in net/http
//	huge_usage            a healthy answer that reports 9000000000000 tokens read and as many written
//	negative_usage        a healthy answer that reports -5 tokens read and -7 written
//	stuck_body            an error 500 of 1000 bytes, of which 10 come
//
// What never ends comes as fast as the client reads, and at most 1000 events a second.
// If an answer is not streamed, endless_events sends all of the body but its last
// bracket and then spaces without end, and endless_text a text without end. These two,
// huge_headers, huge_usage and negative_usage are answers of a model, so that a request
// that is at fault itself gets its error in their place.
//
// # Time
//
// All waiting uses package time and ends when the client goes away. With
// [Simulator.Transport] there is no socket, so that a testing/synctest bubble has a
// whole outage in no time. A server that is to shut down while calls hang needs a
// BaseContext that it cancels.
package simulator
