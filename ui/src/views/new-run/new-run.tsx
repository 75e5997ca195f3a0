import { useQuery } from "@tanstack/react-query";
import { inputs, project as projectQuery } from "~/api/queries";
import { Crumbs } from "~/design/crumbs";
import { Banner, Button, Foreign, LoadError, Skeleton } from "~/design/parts";
import { useTitle } from "~/app/title";
import { useIntake } from "~/intake/intake";
import { newRun as text } from "~/text/new-run";
import { Choose, SendingCard } from "./choose";
import { requestOf, useChoices, type Ready } from "./choices";
import { EstimateCard } from "./estimate";
import { OrderCard } from "./order";
import { usePlan } from "./plan";
import { ReadCard } from "./read";
import { RecipeCard } from "./recipe";
import { ScriptCard } from "./script";
import "./new-run.css";

/** Prepares a run: which script, what was read of it, who is asked, what it costs; and starts it. */
export function NewRun() {
  const [choices, change] = useChoices();
  const { sending } = useIntake();
  useTitle(text.title);
  return (
    <>
      <Crumbs path={[...(choices.project ? [projectCrumb(choices.project)] : []), { key: "new", label: text.title }]} />
      <h1 className="newhead">{text.title}</h1>
      {choices.drill && (
        <div className="newdrill">
          <Banner
            tone="drill"
            icon="drill"
            title={text.drill.title(choices.drill)}
            actions={
              <Button small onClick={() => change({ drill: undefined })}>
                {text.drill.leave}
              </Button>
            }
          >
            {text.drill.why}
          </Banner>
        </div>
      )}
      {sending.phase !== "idle" && choices.input === undefined ? (
        <SendingCard />
      ) : choices.project && choices.input ? (
        <Prepare key={`${choices.project}/${choices.input}`} choices={choices as Ready} />
      ) : (
        <Choose project={choices.project} />
      )}
    </>
  );
}

const projectCrumb = (project: string) => ({
  key: "project",
  label: <ProjectName id={project} />,
  link: { to: "/projects/$project", params: { project } } as const,
});

function ProjectName({ id }: { id: string }) {
  const { data } = useQuery(projectQuery(id));
  return <Foreign>{data?.display_name ?? id}</Foreign>;
}

function Prepare({ choices }: { choices: Ready }) {
  const files = useQuery(inputs(choices.project));
  const request = requestOf(choices);
  const plan = usePlan(request);
  if (files.isPending) return <Skeleton lines={8} />;
  if (files.isError) return <LoadError error={files.error} retry={() => void files.refetch()} />;
  const file = files.data.find((f) => f.filename === choices.input);
  if (!file)
    return (
      <div className="stack">
        <Banner tone="bad" icon="out" title={text.script.gone.title}>
          {text.script.gone.hint}
        </Banner>
        <Choose project={choices.project} />
      </div>
    );
  return (
    <div className="split newrun">
      <div className="stack">
        <ScriptCard file={file} project={choices.project} />
        <ReadCard file={file} project={choices.project} />
      </div>
      <aside className="stack" aria-label={text.aside}>
        <EstimateCard request={request} plan={plan} />
        <OrderCard choices={choices} plan={plan.data} />
        <RecipeCard choices={choices} plan={plan.data} />
      </aside>
    </div>
  );
}
