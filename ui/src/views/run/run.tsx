import { Outlet, useParams } from "@tanstack/react-router";
import { OpenRunProvider } from "~/run/context";

export function Run() {
  const { run } = useParams({ from: "/runs/$run" });
  return (
    <OpenRunProvider id={run}>
      <Outlet />
    </OpenRunProvider>
  );
}
