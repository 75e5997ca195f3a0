package failure

// words holds for each class what it means and what a person can do about it.
var words = map[Class]struct{ means, helps string }{
	Overloaded: {"the provider has more to do than it can do at the moment", "try again after a while, or let another provider answer"},
	RateLimited: {"the provider was asked more often, or for more, than the key's limit allows",
		"try again when the limit allows; if it happens often, lower the concurrency or ask the provider for a higher limit"},
	QuotaExhausted: {"the key's credit or quota is used up", "add credit or raise the limit in the provider's console, then retry"},
	Timeout:        {"the provider did not answer in time", "try again, or let another provider answer"},
	Connection:     {"the connection to the provider failed", "check network, proxy and base URL, then try again"},
	ServerError:    {"the provider had an internal error", "try again, or let another provider answer"},
	Auth:           {"the provider does not accept the key", "set a valid key, then retry"},
	Permission: {"the key may not be used for this",
		"check in the provider's console what the key, the account and the region allow, then retry"},
	NotFound: {"the provider does not have this model, or the key has no access to it",
		"get access to the model, then retry; or retry by a recipe that names another one"},
	InvalidRequest: {"the provider refused the form of the request", "retry by a recipe that names another model"},
	ContextLength: {"the request is too long for the model",
		"retry by a recipe that names a model with a larger window, or give a shorter text"},
	ContentPolicy: {"the content of the question or of the answer was refused",
		"look at the passage, or retry by a recipe that names another model"},
	BadOutput:  {"a model's answer can't be used", "try again, or retry by a recipe that names another model"},
	Unknown:    {"the provider failed in a way that is not known", "look at what the provider says, then try again"},
	NoProvider: {"no configured model can answer", "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again"},
	Input:      {"the file or a parameter can't be used as it is", "put it right and run it again"},
	Budget:     {"what the run may spend is spent", "retry with a higher limit on the cost"},
	Canceled:   {"it was given up", "run it again"},
	Internal:   {"a fault of this program", "try again; if it fails again, please report it with the run's events"},
}

// Meaning says in a sentence what a failure of the class means; "" if there is no such class.
func (c Class) Meaning() string { return words[c].means }

// Action says what a person can do about it.
func (c Class) Action() string { return words[c].helps }
