import { useQuery } from "@tanstack/react-query";
import { providers } from "~/api/queries";
import type { Provider } from "~/api/types";
import { Banner, Card, LinkButton, Pill, Plate } from "~/design/parts";
import { formatProvider } from "~/format/format";
import { standing } from "~/providers/standing";
import { home as text } from "~/text/home";

/** Which providers have a key, and what to do about the others; without any, that the offline model answers. */
export function ProvidersCard() {
  const { data } = useQuery(providers());
  if (!data) return null;
  const none = data.every((p) => !p.configured);
  const head = text.providers.head;
  return (
    <Card
      title={text.providers.title}
      tools={
        <>
          <span className="small faint">{text.providers.hint}</span>
          <span className="push">
            <LinkButton small to="/settings">
              {text.providers.check}
            </LinkButton>
          </span>
        </>
      }
    >
      {none && (
        <div className="card-body">
          <Banner tone="live" icon="ok" title={text.providers.none}>
            {text.providers.noneWhy}
          </Banner>
        </div>
      )}
      <table className="table stackable">
        <thead>
          <tr>
            <th scope="col">{head.name}</th>
            <th scope="col">{head.key}</th>
            <th scope="col">{head.state}</th>
            <th scope="col">{head.todo}</th>
          </tr>
        </thead>
        <tbody>
          {data.map((p) => (
            <Row key={p.name} provider={p} />
          ))}
          <tr>
            <th scope="row">
              <span className="row">
                <Plate name={text.providers.offline} hollow={!none} /> {text.providers.offline}
              </span>
            </th>
            <td className="small">{text.providers.noKeyNeeded}</td>
            <td>
              {none ? (
                <Pill tone="ok" icon="ok">
                  {text.providers.ok}
                </Pill>
              ) : (
                <Pill tone="off" icon="skip">
                  {text.providers.unused}
                </Pill>
              )}
            </td>
            <td className="small quiet">{none ? text.providers.offlineAlone : text.providers.offlineIdle}</td>
          </tr>
        </tbody>
      </table>
    </Card>
  );
}

function Row({ provider: p }: { provider: Provider }) {
  const well = p.configured && standing(p).state === "well";
  return (
    <tr>
      <th scope="row">
        <span className="row">
          <Plate name={formatProvider(p.name)} hollow={!p.configured} /> {formatProvider(p.name)}
        </span>
      </th>
      <td className="small">{p.configured ? text.providers.set(p.key_variable ?? "") : p.missing}</td>
      <td>
        {!p.configured ? (
          <Pill tone="off" icon="key">
            {text.providers.unused}
          </Pill>
        ) : well ? (
          <Pill tone="ok" icon="ok">
            {text.providers.ok}
          </Pill>
        ) : (
          <LinkButton small to="/providers">
            {text.providers.trouble}
          </LinkButton>
        )}
      </td>
      <td className="small quiet">{p.configured ? text.providers.nothing : text.providers.setKey(p.key_variable ?? "")}</td>
    </tr>
  );
}
