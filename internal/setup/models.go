package setup

import (
	"context"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/screenplay/document"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/shipped"
)

// Modules lists the modules that recipes may name, in the order of the shipped recipe.
func (s *Service) Modules() []client.Module {
	all := []client.Module{}
	for _, m := range shipped.Modules(document.Reader{}) {
		info := m.Info()
		all = append(all, client.Module{
			ID: info.ID, Title: info.Title, Description: info.Description, StageID: info.StageID, AsksModel: !info.AsksNoModel,
			Consumes: listOf(info.Consumes), Produces: listOf(info.Produces), Params: moduleParams(info), Questions: questionsOf(info),
			DefaultChain: listOf(info.DefaultChain), Confirms: info.Confirms,
		})
	}
	return all
}

// moduleParams describes the parameters of a module, its own first.
func moduleParams(info stage.Info) []client.ModuleParam {
	specs := specsOf(info)
	own := slices.Sorted(maps.Keys(info.Params))
	common := slices.DeleteFunc(slices.Sorted(maps.Keys(specs)), func(name string) bool { return slices.Contains(own, name) })
	all := []client.ModuleParam{}
	for _, name := range slices.Concat(own, common) {
		spec := specs[name]
		all = append(all, client.ModuleParam{Name: name, Type: spec.kind, Required: spec.required, Default: spec.otherwise,
			Description: spec.description, Common: slices.Contains(common, name)})
	}
	return all
}

func questionsOf(info stage.Info) []client.Question {
	all := []client.Question{}
	for _, q := range info.Questions {
		all = append(all, client.Question{Schema: q.Schema.Name(), About: q.About, Unit: q.Unit, Role: string(q.Role),
			MaxOutputTokens: q.MaxOutputTokens, AnswerSchema: q.Schema.JSON()})
	}
	return all
}

// Models lists the models that recipes can name, and whether they can be asked now.
func (s *Service) Models(ctx context.Context) ([]client.KnownModel, error) {
	survey, err := s.providers.TakeSurvey(ctx)
	if err != nil {
		return nil, err
	}
	all := []client.KnownModel{}
	for _, m := range survey.Known() {
		out := client.KnownModel{
			Provider: m.Name.Provider, Model: m.Name.Model, Name: m.Name.String(), Dialect: textOf(m.Dialect), ModelSpec: specOf(m.Spec),
			Source: client.ModelOfCatalog, DefaultOf: s.defaultOf(m.Name), Spare: m.Spare, Usability: usabilityOf(m.Choice),
		}
		out.Thinks = textOf(string(m.Entry.Thinks))
		switch {
		case !m.Listed:
			out.Source = client.ModelUnlisted
		case m.Entry.Source == catalog.FromConfig:
			out.Source = client.ModelOfConfig
		default:
			out.PriceFrom, out.PriceDate = textOf(m.Entry.Source), textOf(m.Entry.Date)
		}
		all = append(all, out)
	}
	return all, nil
}

// defaultOf returns the stages in whose default chains a model is.
func (s *Service) defaultOf(name recipe.ModelName) []string {
	stages := []string{}
	for _, m := range shipped.Modules(document.Reader{}) {
		if info := m.Info(); slices.Contains(info.DefaultChain, name.String()) {
			stages = append(stages, info.StageID)
		}
	}
	return stages
}
