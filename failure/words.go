package failure

// words holds for each class what it means and what a person can do about it.
var words = map[Class]struct{ means, helps string }{
	Overloaded:     {"the provider has more to do than it can do at the moment", "try again after a while, or let another provider answer; a run does both by itself"},
	RateLimited:    {"the provider was asked more often, or for more, than the key's limit allows", "try again when the limit allows, which a run does by itself; if it happens often, lower the concurrency or ask for a higher limit"},
	QuotaExhausted: {"the key's credit or quota is used up", "add credit or raise the limit in the provider's console, then retry"},
	Timeout:        {"the provider did not answer in time", "try again, or let another provider answer; a run does both by itself"},
	Connection:     {"the connection to the provider failed", "check network, proxy and base URL if it does not pass by itself"},
	ServerError:    {"the provider had an internal error", "try again, or let another provider answer; a run does both by itself"},
	Auth:           {"the provider does not accept the key", "set a valid key, then retry"},
	Permission:     {"the key may not be used for this", "check in the provider's console what the key, the account and the region allow"},
	NotFound:       {"the provider does not have this model, or the key has no access to it", "name another model in the recipe, or get access to this one"},
	InvalidRequest: {"the provider refused the form of the request", "name another model in the recipe; please report it"},
	ContextLength:  {"the request is too long for the model", "name a model with a larger window, or give a shorter text"},
	ContentPolicy:  {"the content of the question or of the answer was refused", "let another model answer, which a run does by itself; if all refuse, look at the passage"},
	BadOutput:      {"a model's answer can't be used", "run it again, or name another model"},
	Unknown:        {"the provider failed in a way that is not known", "look at what it says, and report it if it should be known"},
	NoProvider:     {"no configured model can answer", "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again"},
	Input:          {"the file or a parameter can't be used as it is", "put it right and run it again"},
	Budget:         {"what the run may spend is spent", "raise max_cost_usd in the recipe, then retry"},
	Canceled:       {"it was given up", "run it again"},
	Internal:       {"a fault of this program", "run it again; if it fails again, please report it with the run's events"},
}

// Meaning says in a sentence what a failure of the class means; "" if there is no such class.
func (c Class) Meaning() string { return words[c].means }

// Action says what a person can do about it.
func (c Class) Action() string { return words[c].helps }
