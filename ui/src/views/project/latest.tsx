import { useQuery } from "@tanstack/react-query";
import { artifacts } from "~/api/queries";
import type { Schemas } from "~/api/types";
import { Icon } from "~/design/icon";
import { Card, LinkButton } from "~/design/parts";
import { formatCount, formatList } from "~/format/format";
import { project as text } from "~/text/project";

/** What the runs of a project made, as it is now: how much, and what of it needs a look. */
export function Latest({ project }: { project: Schemas["Project"] }) {
  const { data } = useQuery({ ...artifacts(project.project_id), enabled: project.artifact_groups > 0 });
  if (project.artifact_groups === 0 || !data) return null;
  const of = (type: string) => data.filter((a) => a.artifact_type === type).length;
  const scenes = of("scene");
  const what = [
    scenes > 0 && text.latest.scenes(scenes, formatCount(scenes)),
    of("project_config") > 0 && text.latest.settings,
    of("canonical_script") > 0 && text.latest.script,
  ].filter((s) => s !== false);
  const stale = data.filter((a) => a.health === "stale").length;
  const review = data.filter((a) => a.health === "needs_review" || a.health === "needs_revision").length;
  return (
    <Card title={text.latest.title}>
      <div className="card-body row wrap">
        <div>
          <p>{what.length > 0 ? formatList(what) : text.latest.empty}</p>
          {stale > 0 && (
            <p className="small wait">
              <Icon name="out" /> {text.latest.stale(stale, formatCount(stale))}
            </p>
          )}
          {review > 0 && (
            <p className="small quiet">
              <Icon name="you" /> {text.latest.review(review, formatCount(review))}
            </p>
          )}
        </div>
        <span className="push">
          <LinkButton to="/projects/$project/results" params={{ project: project.project_id }}>
            {text.latest.open}
          </LinkButton>
        </span>
      </div>
    </Card>
  );
}
