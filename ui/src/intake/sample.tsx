import { useMutation } from "@tanstack/react-query";
import { Button } from "~/design/parts";
import { intake as text } from "~/text/intake";
import { useIntake } from "./intake";

/** The address of the sample: a file of the page. */
const sampleName = "the_tide_clock.fountain";

/** Fetches the sample, as the file that it would be on the reader's machine. */
export async function fetchSample(): Promise<File> {
  const answer = await fetch(`/${sampleName}`);
  if (!answer.ok) throw new Error(text.sampleFailed);
  return new File([await answer.blob()], sampleName, { type: "text/plain" });
}

/** A button that takes the sample in, as if it were dropped. */
export function SampleButton() {
  const { take } = useIntake();
  const load = useMutation({
    mutationFn: fetchSample,
    onSuccess: (file) => take([file], null),
  });
  return (
    <>
      <Button icon="file" onClick={() => load.mutate()} disabled={load.isPending}>
        {text.sample}
      </Button>
      {load.isError && (
        <span role="alert" className="bad small">
          {text.sampleFailed}
        </span>
      )}
    </>
  );
}
