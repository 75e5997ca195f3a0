import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { session } from "~/api/queries";
import { Button, Card, LoadError, Skeleton, Time } from "~/design/parts";
import { Plan } from "~/design/plan";
import { settings as text } from "~/text/settings";

/** Who is signed in, and signing out. */
export function SessionCard() {
  const { data, error, refetch } = useQuery(session());
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<Error | null>(null);
  const out = async (all: boolean) => {
    await take(api.POST("/api/logout", { params: { query: all ? { all: "1" } : {} } }));
    await client.invalidateQueries({ queryKey: ["session"] });
  };
  return (
    <Card title={text.session.title}>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        !error && <Skeleton lines={2} />
      ) : (
        <div className="card-body stack">
          {!data.token_required && <p className="small quiet">{text.session.open}</p>}
          <dl className="kv">
            {data.token_required && (
              <>
                <dt>{text.session.name}</dt>
                <dd>{data.name ?? text.session.unnamed}</dd>
              </>
            )}
            {data.expires_at && (
              <>
                <dt>{text.session.expires}</dt>
                <dd>
                  <Time at={data.expires_at} />
                </dd>
              </>
            )}
            <dt>{text.session.address}</dt>
            <dd>
              <bdi>{data.public_url ?? location.origin}</bdi>
            </dd>
          </dl>
          {failed && <LoadError error={failed} />}
          {data.token_required && (
            <div className="row wrap">
              <Button small onClick={() => out(false).catch((e: Error) => setFailed(e))}>
                {text.session.out}
              </Button>
              <Button small look="danger" onClick={() => setAsking(true)}>
                {text.session.all}
              </Button>
            </div>
          )}
        </div>
      )}
      <Plan
        open={asking}
        onClose={() => setAsking(false)}
        title={text.session.allTitle}
        lines={[
          { term: text.session.allLines.does, text: text.session.allLines.doesText },
          { term: text.session.allLines.keeps, text: text.session.allLines.keepsText },
        ]}
        confirm={{ label: text.session.all, danger: true }}
        act={() => out(true)}
      />
    </Card>
  );
}
