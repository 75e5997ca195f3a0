package failure

// Scope says whose health a failure counts against.
type Scope string

// The scopes.
const (
	ScopeModel      Scope = "model"
	ScopeProvider   Scope = "provider"
	ScopeCredential Scope = "credential" // what the key may do; says nothing about health
	ScopeRequest    Scope = "request"    // this request alone
	ScopeNetwork    Scope = "network"    // the way to the provider
	ScopeNone       Scope = "none"
)

// Effect says what may be done about a provider's failure.
type Effect struct {
	Retryable     bool // the same model may be asked the same again
	OtherModel    bool // another model of the provider may answer
	OtherProvider bool // another provider may do better
	Scope         Scope
}

// ProviderWide reports whether the failure is evidence about all of the provider's models.
func (e Effect) ProviderWide() bool {
	return e.Scope == ScopeProvider || e.Scope == ScopeNetwork
}

// effects holds the usual effect of each class; what a provider says more
// precisely changes it.
var effects = map[Class]Effect{
	Overloaded:     {Retryable: true, OtherModel: true, OtherProvider: true, Scope: ScopeProvider},
	RateLimited:    {Retryable: true, OtherModel: true, OtherProvider: true, Scope: ScopeCredential},
	QuotaExhausted: {OtherProvider: true, Scope: ScopeCredential},
	Timeout:        {Retryable: true, OtherModel: true, OtherProvider: true, Scope: ScopeProvider},
	Connection:     {Retryable: true, OtherProvider: true, Scope: ScopeNetwork},
	ServerError:    {Retryable: true, OtherModel: true, OtherProvider: true, Scope: ScopeProvider},
	Auth:           {OtherProvider: true, Scope: ScopeCredential},
	Permission:     {OtherProvider: true, Scope: ScopeCredential},
	NotFound:       {OtherModel: true, OtherProvider: true, Scope: ScopeModel},
	InvalidRequest: {Scope: ScopeRequest},
	ContextLength:  {OtherModel: true, OtherProvider: true, Scope: ScopeRequest},
	ContentPolicy:  {OtherModel: true, OtherProvider: true, Scope: ScopeRequest},
	BadOutput:      {Retryable: true, OtherModel: true, OtherProvider: true, Scope: ScopeModel},
	Canceled:       {Scope: ScopeRequest},
	Unknown:        {Retryable: true, OtherModel: true, OtherProvider: true, Scope: ScopeRequest},
}

// EffectOf returns the usual effect of a class. A class that is no provider's has
// none: nothing may be retried, in scope none.
func EffectOf(c Class) Effect {
	if e, ok := effects[c]; ok {
		return e
	}
	return Effect{Scope: ScopeNone}
}
