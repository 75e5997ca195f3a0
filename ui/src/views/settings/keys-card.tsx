import { useQuery } from "@tanstack/react-query";
import { providers } from "~/api/queries";
import type { Provider } from "~/api/types";
import { Card, CopyButton, LinkButton, LoadError, Pill, Plate, Skeleton } from "~/design/parts";
import { formatProvider } from "~/format/format";
import { settings as text } from "~/text/settings";

/** Which keys the server has, and how to give it one. The keys themselves never leave the server. */
export function KeysCard() {
  const { data, error, refetch } = useQuery(providers());
  return (
    <Card
      title={text.keys.title}
      tools={
        <span className="push">
          <LinkButton small to="/providers" icon="probe">
            {text.keys.health}
          </LinkButton>
        </span>
      }
    >
      <p className="card-body small quiet">{text.keys.about}</p>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        !error && <Skeleton lines={3} />
      ) : (
        <div className="table-wrap">
          <table className="table stackable">
            <thead>
              <tr>
                <th scope="col">{text.keys.provider}</th>
                <th scope="col">{text.keys.state}</th>
                <th scope="col">{text.keys.variable}</th>
                <th scope="col">{text.keys.address}</th>
              </tr>
            </thead>
            <tbody>
              {data.map((p) => (
                <Row key={p.name} provider={p} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Row({ provider: p }: { provider: Provider }) {
  return (
    <tr>
      <th scope="row">
        <span className="row">
          <Plate name={formatProvider(p.name)} hollow={!p.configured} /> {formatProvider(p.name)}
        </span>
      </th>
      <td>
        <Pill tone={p.configured ? "ok" : "off"} icon={p.configured ? "ok" : "key"}>
          {p.configured ? text.keys.set : text.keys.missing}
        </Pill>
      </td>
      <td>{p.key_variable ? <code>{p.key_variable}</code> : <span className="small quiet">{text.keys.offline}</span>}</td>
      <td className="wide">
        {p.configured ? <Address of={p} /> : p.key_variable && <HowTo variable={p.key_variable} missing={p.missing} />}
      </td>
    </tr>
  );
}

const Address = ({ of }: { of: Provider }) =>
  of.base_url ? (
    <code className="small key-address">{of.base_url}</code>
  ) : (
    <span className="small quiet">{text.keys.defaultAddress}</span>
  );

function HowTo({ variable, missing }: { variable: string; missing: string | undefined }) {
  const command = text.keys.command(variable);
  return (
    <details>
      <summary>{text.keys.how}</summary>
      {missing && <p className="small quiet">{missing}</p>}
      <div className="row top-line">
        <pre className="code" tabIndex={0} aria-label={text.keys.how}>
          {command}
        </pre>
        <CopyButton value={command} what={text.keys.copyCommand} />
      </div>
    </details>
  );
}
