import { Icon } from "~/design/icon";
import { Banner, LinkButton, Plate } from "~/design/parts";
import { FileButton } from "~/intake/file-button";
import { Formats, FormatsMissing } from "~/intake/formats";
import { SampleButton } from "~/intake/sample";
import { home as text } from "~/text/home";
import { ProvidersCard } from "./providers";

/** The first time: what goes in, what comes out, who answers, and a sample to try. */
export function FirstTime() {
  return (
    <div className="hello">
      <section className="hero">
        <h1>{text.first.title}</h1>
        <p className="why">{text.first.why}</p>
        <div className="drop bigdrop">
          <Icon name="drop" />
          <strong>{text.first.drop}</strong>
          <span className="small quiet">
            <Formats />
          </span>
          <span className="row wrap center">
            <FileButton look="primary" />
            <SampleButton />
          </span>
          <span className="tiny faint">{text.first.notice}</span>
          <span className="tiny faint">
            <FormatsMissing />
          </span>
        </div>
      </section>
      <ol className="steps3 thirds">
        {text.first.steps.map((step, i) => (
          <li key={step.title} className="card card-body">
            <span className="stepn">{i + 1}</span>
            <h2>{step.title}</h2>
            <p className="quiet small">{step.text}</p>
            {pictures[i]}
          </li>
        ))}
      </ol>
      <ProvidersCard />
      <Banner
        tone="drill"
        icon="drill"
        title={text.drill.title}
        actions={
          <LinkButton small to="/drills">
            {text.drill.go}
          </LinkButton>
        }
      >
        {text.drill.why}
      </Banner>
    </div>
  );
}

/** Small pictures of the steps; the words beside them say the same. */
const pictures = [
  <div key="lines" className="mock-lines" aria-hidden="true">
    {text.first.lines.map(([number, heading, pages]) => (
      <span key={number}>
        <b>{number}</b> {heading} <i>{pages}</i>
      </span>
    ))}
  </div>,
  <div key="chain" className="mock-chain" aria-hidden="true">
    <span className="bad">
      <Icon name="out" />
      <Plate name="A" /> {text.first.overloaded}
    </span>
    <span className="live">
      <Icon name="fall" />
    </span>
    <span className="ok">
      <Icon name="ok" />
      <Plate name="O" /> {text.first.answers}
    </span>
  </div>,
  <div key="strip" className="ministrip" aria-hidden="true">
    {["ed5", "id7", "id12", "ed11", "in8", "in19", "en4", "en10"].map((s) => (
      <i key={s} className={`m-${s.slice(0, 2)}`} style={{ flexGrow: Number(s.slice(2)) }} />
    ))}
  </div>,
];
