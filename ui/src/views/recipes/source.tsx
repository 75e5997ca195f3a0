import { keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import { api, ApiError, take } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Banner, Button, Card, LoadError, Pill, Skeleton } from "~/design/parts";
import { useToast } from "~/design/toast";
import { formatCount } from "~/format/format";
import { Editor, Mistakes, type EditorHandle } from "~/recipes/editor";
import { StageGraph } from "~/recipes/graph";
import { topValue } from "~/recipes/source";
import { recipes as text } from "~/text/recipes";
import { SaveAs, saveRecipe } from "./save";

/** What the check of a source says. It asks again when the typing has rested. */
const check = (source: string) =>
  queryOptions({
    queryKey: ["recipe-check", source],
    queryFn: ({ signal }) => take(api.POST("/api/recipes/validate", { body: { source }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });

const rest = 350; // ms without typing after which a source is checked

interface Props {
  recipe: Schemas["RecipeDetail"];
  /** Of the version that the source was made of. */
  etag: string | null;
  /** The source of that version. */
  base: string;
  source: string;
  setSource: (source: string) => void;
  /** Forgets what was typed. */
  reset: () => void;
}

/** The source of a recipe: editing, mistakes at their lines, saving. */
export function Source(props: Props) {
  const { base, source, setSource } = props;
  const editor = useRef<EditorHandle>(null);
  const list = useId();
  const [settled, setSettled] = useState(source);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(source), rest);
    return () => clearTimeout(timer);
  }, [source]);
  const { data, error, isPlaceholderData, refetch } = useQuery(check(settled));
  const pending = settled !== source || isPlaceholderData || data === undefined;
  const changed = source !== base;
  const goTo = (m: Schemas["Mistake"]) => editor.current?.goTo(m.line ?? 1, m.column);
  return (
    <div className="split">
      <Card>
        <SaveBar {...props} valid={!pending && data.valid} changed={changed} />
        <Editor
          ref={editor}
          source={source}
          onChange={setSource}
          errors={data?.errors ?? []}
          warnings={data?.warnings ?? []}
          describedBy={list}
        />
      </Card>
      <div className="stack" id={list}>
        {error && <LoadError error={error} retry={() => void refetch()} />}
        {data === undefined && !error && <Skeleton lines={3} />}
        {data !== undefined && <Findings check={data} goTo={goTo} />}
      </div>
    </div>
  );
}

function Findings({ check: c, goTo }: { check: Schemas["RecipeCheck"]; goTo: (m: Schemas["Mistake"]) => void }) {
  return (
    <>
      <div role="status">
        <Pill tone={c.valid ? "ok" : "bad"} icon={c.valid ? "ok" : "bad"}>
          {c.valid ? text.editor.valid : text.editor.count(c.errors.length, formatCount(c.errors.length))}
        </Pill>
      </div>
      {c.errors.length > 0 && (
        <Card title={text.editor.problems}>
          <Mistakes mistakes={c.errors} goTo={goTo} />
        </Card>
      )}
      {c.warnings.length > 0 && (
        <Card title={text.editor.warnings}>
          <Mistakes mistakes={c.warnings} goTo={goTo} />
        </Card>
      )}
      {c.recipe && (
        <Card title={text.editor.preview}>
          <StageGraph stages={c.recipe.stages} />
        </Card>
      )}
    </>
  );
}

interface SaveBarProps extends Props {
  valid: boolean;
  changed: boolean;
}

function SaveBar({ recipe, etag, source, reset, valid, changed }: SaveBarProps) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const own = recipe.origin === "data_directory";
  const off = !valid ? text.editor.saveOff : !changed ? text.editor.unchanged : null;

  const save = async (tag: string | null) => {
    setBusy(true);
    setError(null);
    try {
      // Under another id it is another recipe, which replaces none.
      const same = topValue(source, "recipe_id") === recipe.recipe_id;
      const saved = await saveRecipe(source, { etag: same ? tag : null });
      await client.invalidateQueries({ queryKey: ["recipes"] });
      reset();
      toast(text.editor.saved(saved.recipe_id));
      if (saved.recipe_id !== recipe.recipe_id)
        await navigate({
          to: "/recipes/$recipe",
          params: { recipe: saved.recipe_id },
          search: { view: "source" },
          ignoreBlocker: true,
        });
    } catch (e) {
      setError(e as Error);
    } finally {
      setBusy(false);
    }
  };
  const theirs = async () => {
    setError(null);
    await client.invalidateQueries({ queryKey: ["recipes", recipe.recipe_id] });
    reset();
  };
  const over = async () => {
    const now = await api.GET("/api/recipes/{recipe_id}", { params: { path: { recipe_id: recipe.recipe_id } } });
    await save(now.response.headers.get("ETag"));
  };
  return (
    <>
      <div className="card-head">
        {changed && <span className="small wait strong">{text.editor.changed}</span>}
        <span className="acts row wrap push">
          {changed && (
            <Button look="plain" small icon="retry" onClick={reset}>
              {text.editor.revert}
            </Button>
          )}
          <Button small icon="copy" off={valid ? null : text.editor.saveOff} onClick={() => setAsking(true)}>
            {text.editor.saveAs}
          </Button>
          {own && (
            <Button look="primary" small icon="check" off={off} disabled={busy} onClick={() => void save(etag)}>
              {text.editor.save}
            </Button>
          )}
        </span>
      </div>
      {!own && (
        <p className="card-body small quiet editor-note">
          {recipe.origin === "version" ? text.editor.version : text.editor.shipped}
        </p>
      )}
      {error && (
        <div className="card-body">
          {error instanceof ApiError && error.code === "recipe_changed" ? (
            <Banner
              tone="bad"
              icon="out"
              title={text.editor.conflict.title}
              actions={
                <>
                  <Button small onClick={() => void theirs()}>
                    {text.editor.conflict.load}
                  </Button>
                  <Button small look="danger" onClick={() => void over()}>
                    {text.editor.conflict.over}
                  </Button>
                </>
              }
            />
          ) : (
            <LoadError error={error} />
          )}
        </div>
      )}
      <SaveAs open={asking} onClose={() => setAsking(false)} source={source} />
    </>
  );
}
