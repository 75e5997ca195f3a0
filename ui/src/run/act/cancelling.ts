import { useQuery, useQueryClient } from "@tanstack/react-query";

const key = (runID: string) => ["cancelling", runID];

/** Whether this page asked for a run's end, which another process may take a while to see. */
export function useCancelling(runID: string): boolean {
  return useQuery({ queryKey: key(runID), queryFn: () => false, initialData: false, staleTime: Infinity, enabled: false }).data;
}

/** Returns what notes that a run's end was asked for. */
export function useNoteCancelling(): (runID: string) => void {
  const client = useQueryClient();
  return (runID) => client.setQueryData(key(runID), true);
}
