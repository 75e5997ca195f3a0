// Generated from docs/openapi.json by npm run generate. Do not edit.
export interface paths {
    "/api/changelog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed in each version */
        get: operations["changelog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server works with, and what to do about the rest */
        get: operations["doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/drills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The scenarios that a run can be started with as a drill */
        get: operations["drills"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log of all events, as JSON or NDJSON: what a stream sends, in pages */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens in some runs, in a project or in all, as server-sent events; id is the event's position in the log */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The classes of failures: what each means, whose fault it is and what to do */
        get: operations["failures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server is up */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incident": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is wrong now, since when, and what it does to runs */
        get: operations["incident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server accepts: sizes, formats, forms of ids */
        get: operations["limits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a token, and get a session with a cookie that scripts can't read */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session of the request, or all sessions */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that recipes can name: windows, prices, and whether they can be asked now */
        get: operations["models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/modules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The modules that recipes may name: parameters, questions, default chains */
        get: operations["modules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a project; a slug that is taken gets a number */
        post: operations["newProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find a project by its opaque name */
        post: operations["openProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/preview-slug": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Propose a name for a project */
        post: operations["previewSlug"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/quick-scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Propose a name for a project from a file */
        post: operations["quickScan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/recent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Projects, those that changed last first */
        get: operations["recentProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project */
        get: operations["project"];
        put?: never;
        post?: never;
        /** Delete a project with its files, runs, artifacts and messages; nothing of them is left in the data directory */
        delete: operations["deleteProject"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the runs of a project made: the current version of each, as a list without content or, as NDJSON, whole */
        get: operations["artifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of an artifact, oldest first */
        get: operations["artifactVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Note that a person has found the current version of an artifact right */
        post: operations["confirmArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/edit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a new version of an artifact of the current one, and make it current */
        post: operations["editArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a version of an artifact current, whatever runs make after it */
        post: operations["restoreArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/artifacts/{artifact_type}/{entity_id}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version of an artifact; its ETag guards changes with If-Match */
        get: operations["artifact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The chat of a project, with notices about its latest runs, oldest first */
        get: operations["messages"];
        put?: never;
        /** Post a message; posting an id again returns the first message */
        post: operations["postMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/chat/insight": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A comment on an event in a project, such as the end of a run, in the form of chatStream */
        post: operations["chatInsight"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/chat/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask about the state of a project; the answer streams chunks made from the events of its latest run, without a model */
        post: operations["chatStream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The current artifacts of a project as the files of a zip archive, or in another format */
        get: operations["exportProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/inputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files of a project, oldest first */
        get: operations["listInputs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/inputs/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload a file to a project, and scan it */
        post: operations["upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/inputs/{filename}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The text that a run would read from a file */
        get: operations["previewInput"];
        put?: never;
        post?: never;
        /** Delete a file of a project with the runs that worked with it, and what only they made */
        delete: operations["deleteInput"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/inputs/{filename}/scenes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The scenes, cast and places of a file, by rule; no model is asked */
        get: operations["inputScenes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runs of a project, newest first */
        get: operations["projectRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search a project's scenes, characters and places */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a project's name or what its page remembers */
        patch: operations["changeProject"];
        trace?: never;
    };
    "/api/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How each provider and model is doing */
        get: operations["providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The transitions of breakers and what operators did, newest first */
        get: operations["providerEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The history of all providers over a window, in buckets */
        get: operations["providersHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{name}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The history of a provider over a window, in buckets */
        get: operations["providerHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{name}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hold a provider: send it no requests for a while */
        post: operations["holdProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{name}/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send the next request to a provider that is out, as a probe */
        post: operations["probeProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers/{name}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Release a provider, a model or a key: end its limits and holds */
        post: operations["releaseProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can work: its database can be read */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The recipes, broken ones of the data directory with what is wrong with them */
        get: operations["recipes"];
        put?: never;
        /** Keep a recipe: as a version, which hides no other recipe, or as the one that runs take by its id */
        post: operations["saveRecipe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a recipe, and see what it comes to; nothing is kept */
        post: operations["validateRecipe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recipes/{recipe_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A recipe: its source, stages, models and settings, and where each value is from. The tag is the source's, for If-Match */
        get: operations["recipe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All runs, newest first */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a start of the same request would do, and what that is likely to take; nothing is asked or stored */
        post: operations["planRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a recipe on a file of a project */
        post: operations["startRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a run's need for a person, until something happens in it */
        post: operations["acknowledgeRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The attempts of a run, by the order of its stages and then by time */
        get: operations["runAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a run */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in a run, as JSON or NDJSON */
        get: operations["runEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens in a run, as server-sent events; id is the event's seq */
        get: operations["runStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run's state, events and artifacts as the files of a zip archive, or what it made in another format */
        get: operations["exportRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/recipe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The recipe that a run works by, with what the run gave */
        get: operations["runRecipe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a paused run and accept its results; or continue any run with the providers available today */
        post: operations["resumeRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a run from where it failed, from a stage, or from the start, as a new run */
        post: operations["retryRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/retry-failed-stage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a run from the stage that failed, as a new run */
        post: operations["retryFailedStage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/retry-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a retry would keep, repeat and cost */
        get: operations["retryPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a run stands */
        get: operations["runState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/try-now": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a run's wait and ask its providers now */
        post: operations["tryNow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server takes the client for, and whether it wants a token */
        get: operations["session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/words": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The words for people of the names of events, statuses and reasons */
        get: operations["words"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Acknowledgement: {
            actor?: components["schemas"]["Actor"];
            /** Format: double */
            at: number;
            reason?: string;
        };
        Act: {
            /** @description Why. It is recorded, with who asks. */
            reason?: string;
        };
        Action: {
            /** @description The same as payload, for clients of earlier versions. */
            body?: {
                [key: string]: components["schemas"]["JSONValue"];
            } | null;
            /** @description The same call, as clients of the first system expect it. */
            confirm_action?: components["schemas"]["ConfirmAction"] | null;
            /** @description What is to be called. */
            endpoint?: string | null;
            id: string;
            label: string;
            method?: string | null;
            /** @description What it is called with. */
            payload?: {
                [key: string]: components["schemas"]["JSONValue"];
            } | null;
            /** @description Where a page shows details. */
            route?: string | null;
            /** @description default, secondary or outline */
            variant?: string | null;
        } & {
            [key: string]: components["schemas"]["JSONValue"];
        };
        Actor: {
            channel: components["schemas"]["Channel"];
            name: string | null;
        };
        AffectedRun: {
            /**
             * Format: int64
             * @description How many answers that one has given.
             */
            answers?: number;
            error?: string;
            error_class?: components["schemas"]["ErrorClass"];
            /** @description The provider that it fell over from. */
            from?: string;
            input_name?: string;
            /** @description What no process has that it waits for. */
            needs?: components["schemas"]["Need"][];
            pause_reason?: string;
            project_id?: string;
            run_id: string;
            /**
             * Format: date-time
             * @description The effect began; null if that is not known.
             */
            since: string | null;
            status?: components["schemas"]["RunStatus"];
            /** @description The provider that answers in its place. */
            to?: string;
            /**
             * Format: date-time
             * @description When a waiting run looks again by itself.
             */
            until?: string;
            /** @description Providers any of which lets it go on. */
            waits_for?: string[];
        };
        AffectedRuns: {
            /** @description In the time, but not for their input or their cost, latest first. */
            failed: components["schemas"]["AffectedRun"][];
            /** Format: int64 */
            failed_total: number;
            /** @description To another provider than they were meant for, latest first. */
            fallen_over: components["schemas"]["AffectedRun"][];
            /** Format: int64 */
            fallen_over_total: number;
            /** @description Until a person acts, though not to have results accepted. */
            paused: components["schemas"]["AffectedRun"][];
            /** Format: int64 */
            paused_total: number;
            /** @description Until a model can answer, those that wait longest first. */
            waiting: components["schemas"]["AffectedRun"][];
            /** Format: int64 */
            waiting_total: number;
        };
        Artifact: {
            data: components["schemas"]["JSONValue"];
            metadata: components["schemas"]["Metadata"];
        };
        /** @description One version with its content. Where artifact_type is none of this document, or a person has brought the data into another form, it is OtherArtifactDetail. */
        ArtifactDetail: components["schemas"]["RawInputDetail"] | components["schemas"]["CanonicalScriptDetail"] | components["schemas"]["SceneDetail"] | components["schemas"]["SceneIndexDetail"] | components["schemas"]["ProjectConfigDetail"] | components["schemas"]["OtherArtifactDetail"];
        ArtifactEditedEvent: {
            action: components["schemas"]["EditAction"];
            actor: components["schemas"]["Actor"] | null;
            artifact: components["schemas"]["Ref"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "artifact_edited";
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        /**
         * @description How far an artifact can be relied on.
         * @enum {string}
         */
        ArtifactHealth: "valid" | "stale" | "needs_revision" | "needs_review" | "confirmed_valid";
        ArtifactSavedEvent: {
            artifact_type: string;
            entity_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "artifact_saved";
            health: components["schemas"]["ArtifactHealth"];
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            /** Format: int64 */
            version: number;
        };
        /**
         * @description How an artifact was made: by a model, a person, rules and a model, or rules alone.
         * @enum {string}
         */
        ArtifactSource: "ai" | "human" | "hybrid" | "code";
        ArtifactSummary: {
            artifact_type: string;
            /**
             * Format: date-time
             * @description When the current version was made.
             */
            created_at: string;
            /**
             * Format: int64
             * @description A person's version, else the latest one.
             */
            current_version: number;
            /** @description The simulator answered, so that it means nothing. */
            drill: boolean;
            entity_id: string;
            /** @description Of the current version, as it is now. */
            health: components["schemas"]["ArtifactHealth"];
            /**
             * Format: int64
             * @description The highest one, current or not.
             */
            latest_version: number;
            /** @description Null if a person made it, or if that is not known. */
            run_id: string | null;
            source: components["schemas"]["ArtifactSource"];
            /** @description Of the run; null as run_id. */
            stage: string | null;
            /** @description A scene that the current scene_index lacks. */
            superseded: boolean;
            /** @description A scene's heading, a script's title, a file's name. */
            title: string | null;
        };
        ArtifactVersion: {
            artifact_type: string;
            /** Format: date-time */
            created_at: string;
            /** @description It is the version that counts. */
            current: boolean;
            entity_id: string;
            health: components["schemas"]["ArtifactHealth"];
            intent: string;
            path: string;
            producing_module: string;
            /** @description Why it is as it is; of an edit, why it was made. */
            rationale: string;
            /** @description Null if a person made it, or if that is not known. */
            run_id: string | null;
            source: components["schemas"]["ArtifactSource"];
            /** @description Of the run; null as run_id. */
            stage: string | null;
            /** Format: int64 */
            version: number;
        };
        AssumptionData: {
            alternatives_considered: string[];
            description: string;
            lines: number[];
            rationale: string;
        };
        AttemptFailedEvent: {
            /** Format: int64 */
            attempt: number;
            /** Format: double */
            cost_usd: number | null;
            error: string;
            error_class: components["schemas"]["ErrorClass"];
            error_code: string | null;
            estimated?: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "attempt_failed";
            /** Format: int64 */
            first_event_ms?: number;
            hint?: string;
            /** Format: int64 */
            http_status?: number | null;
            /** Format: int64 */
            input_tokens: number;
            /** Format: int64 */
            latency_ms: number;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            other_model?: boolean;
            other_provider?: boolean;
            /** Format: int64 */
            output_tokens: number;
            provider: string;
            provider_code?: string | null;
            request_id: string | null;
            /** Format: double */
            retry_after_seconds?: number;
            retryable?: boolean;
            role: components["schemas"]["Role"];
            run_id: string;
            scope?: components["schemas"]["FailureScope"];
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            served_model?: string;
            /** Format: double */
            simulated_cost_usd?: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
            /** Format: double */
            wasted_cost_usd?: number;
        };
        AttemptFinishedEvent: {
            /** Format: int64 */
            attempt: number;
            /** Format: double */
            cost_usd: number | null;
            estimated?: boolean;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "attempt_finished";
            /** Format: int64 */
            first_event_ms?: number;
            /** Format: int64 */
            input_tokens: number;
            /** Format: int64 */
            latency_ms: number;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            /** Format: int64 */
            output_tokens: number;
            provider: string;
            request_id: string | null;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            served_model: string;
            /** Format: double */
            simulated_cost_usd?: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        AttemptProgressEvent: {
            /** Format: int64 */
            attempt: number;
            /** Format: int64 */
            elapsed_ms: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "attempt_progress";
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            /** Format: int64 */
            output_tokens: number;
            provider: string;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /** Format: double */
            tokens_per_second: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        AttemptStartedEvent: {
            /** Format: int64 */
            attempt: number;
            decision?: components["schemas"]["Decision"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "attempt_started";
            least?: components["schemas"]["Least"];
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            provider: string;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        AttemptState: {
            /** Format: int64 */
            attempt: number;
            /** Format: double */
            cost_usd: number | null;
            /** Format: int64 */
            counted_input_tokens?: number;
            /** Format: double */
            duration_seconds: number;
            error?: string;
            error_class?: components["schemas"]["ErrorClass"];
            error_code: string | null;
            estimated?: boolean;
            /** Format: int64 */
            first_event_ms?: number;
            hint?: string;
            /** Format: int64 */
            http_status: number | null;
            id?: string;
            /** Format: int64 */
            input_tokens: number;
            model: string;
            /** Format: int64 */
            output_tokens: number;
            provider: string;
            provider_code: string | null;
            request_id: string | null;
            role: components["schemas"]["Role"];
            /** Format: int64 */
            round: number;
            served_model?: string;
            /** Format: double */
            simulated_cost_usd?: number;
            /** Format: double */
            started_at: number | null;
            status: components["schemas"]["AttemptStatus"];
            /** Format: double */
            tokens_per_second?: number;
            /** Format: int64 */
            tokens_so_far?: number;
            transient?: boolean;
            unit: string;
        };
        /**
         * @description Where an attempt stands.
         * @enum {string}
         */
        AttemptStatus: "running" | "success" | "failed";
        AttemptsPage: {
            attempts: components["schemas"]["StageAttempt"][];
            /** @description What the next page is asked for with; missing at the end. */
            next_cursor?: string;
        };
        BeatData: {
            approximate_location: string | null;
            beat_type: string;
            /** Format: double */
            confidence: number;
            description: string;
        };
        BreakerChangedEvent: {
            actor: components["schemas"]["Actor"] | null;
            endpoint: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "breaker_changed";
            evidence: string;
            from: components["schemas"]["BreakerState"];
            key?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            to: components["schemas"]["BreakerState"];
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            /** Format: date-time */
            until: string | null;
        };
        BreakerClosedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "breaker_closed";
            evidence: string;
            from: components["schemas"]["BreakerState"];
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        BreakerOpenedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "breaker_opened";
            evidence: string;
            from: components["schemas"]["BreakerState"];
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            /** Format: date-time */
            until: string;
        };
        BreakerProbingEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "breaker_probing";
            evidence: string;
            from: components["schemas"]["BreakerState"];
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        /**
         * @description The state of a circuit breaker.
         * @enum {string}
         */
        BreakerState: "closed" | "open" | "half_open";
        /** @description What lists show of an event. */
        BriefEvent: {
            about_run_id?: string;
            action?: components["schemas"]["EditAction"];
            actor?: components["schemas"]["Actor"] | (components["schemas"]["Actor"] | null);
            artifact?: components["schemas"]["Ref"];
            artifact_type?: string;
            cost_usd?: number | (number | null);
            display_name?: string;
            /** Format: int64 */
            done?: number;
            drill?: string;
            entity_id?: string;
            error_class?: components["schemas"]["ErrorClass"];
            event: components["schemas"]["EventName"];
            filename?: string;
            from?: components["schemas"]["BreakerState"] | string[];
            health?: components["schemas"]["ArtifactHealth"];
            input?: string;
            input_name?: string;
            key?: string;
            message: string;
            message_id?: string;
            model?: string | (string | null);
            needs_person?: boolean;
            /** Format: date-time */
            next_attempt_at?: string;
            outcome?: components["schemas"]["Outcome"];
            parent_run_id?: string;
            project_id?: string;
            provider?: string | (string | null);
            recipe_id?: string;
            run_id: string | (string | null);
            /** Format: int64 */
            seq?: number;
            stage_id?: string;
            stage_ids?: string[];
            success?: boolean;
            terminal_reason?: components["schemas"]["TerminalReason"];
            to?: components["schemas"]["BreakerState"];
            /** Format: int64 */
            total?: number;
            /** Format: double */
            total_cost_usd?: number;
            /** Format: date-time */
            ts: string;
            until?: string | (string | null);
            /** Format: int64 */
            version?: number;
        };
        /** @description The data of a frame of a stream with brief=1. */
        BriefStreamFrame: components["schemas"]["Hello"] | components["schemas"]["BriefEvent"];
        Bucket: {
            /** Format: int64 */
            answered: number;
            /**
             * Format: int64
             * @description Attempts that the caller gave up; they are neither answered nor failed.
             */
            canceled: number;
            /**
             * Format: double
             * @description As far as prices are known; see unpriced_attempts.
             */
            cost_usd: number;
            /** Format: int64 */
            failed: number;
            /** @description The failed attempts by error class. */
            failed_by_class: {
                [key: string]: number;
            };
            /** Format: int64 */
            first_byte_n: number;
            /**
             * Format: int64
             * @description Until an answer began; null if fewer than 5 are known.
             */
            first_byte_p50_ms: number | null;
            /** Format: int64 */
            input_tokens: number;
            /**
             * Format: int64
             * @description How many attempts the latencies are of.
             */
            latency_n: number;
            /**
             * Format: int64
             * @description Of the answered attempts; null if there are fewer than 5.
             */
            latency_p50_ms: number | null;
            /**
             * Format: int64
             * @description Of the answered attempts; null if there are fewer than 20.
             */
            latency_p95_ms: number | null;
            /** Format: int64 */
            output_tokens: number;
            /**
             * Format: double
             * @description Of drills, which cost nothing.
             */
            simulated_cost_usd?: number;
            /**
             * Format: date-time
             * @description Its begin; it is bucket_seconds long.
             */
            ts: string;
            /**
             * Format: int64
             * @description Attempts whose cost is not known.
             */
            unpriced_attempts: number;
            /**
             * Format: double
             * @description Of the cost, what was paid for attempts that gave nothing.
             */
            wasted_cost_usd: number;
        };
        BudgetExceededEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "budget_exceeded";
            /** Format: double */
            limit_usd: number;
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            /** Format: double */
            spent_usd: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        Candidate: {
            dialect: string;
            key?: string;
            model: string;
            origin?: string;
            provider: string;
        };
        CandidateForecast: {
            breaker?: components["schemas"]["BreakerState"];
            /** @description The same for people; of a usable one what it is worth knowing. */
            detail?: string;
            /** @description If this model answers everything that the stage asks. */
            estimate: components["schemas"]["Estimate"] | null;
            model: string;
            /** @description Null if it is not known. */
            price: components["schemas"]["Price"] | null;
            provider: string;
            provider_breaker?: components["schemas"]["BreakerState"];
            /**
             * @description Why it is not usable, in a word.
             * @example breaker_open
             */
            reason?: components["schemas"]["VerdictReason"];
            /**
             * Format: date-time
             * @description Since when; null if that is not known.
             */
            since: string | null;
            /**
             * Format: date-time
             * @description When that may have changed; null if no time ends it.
             */
            until: string | null;
            usable: boolean;
            /**
             * Format: int64
             * @description Tokens that a request and its answer may have; null if it is not known.
             */
            window: number | null;
        };
        CanonicalScriptArtifact: {
            data: components["schemas"]["CanonicalScriptData"];
            metadata: components["schemas"]["Metadata"];
        };
        CanonicalScriptData: {
            fidelity: components["schemas"]["FidelityData"];
            implied_headings: number[];
            /** Format: int64 */
            line_count: number;
            line_map: components["schemas"]["LineRunData"][];
            normalization: components["schemas"]["NormalizationData"];
            /** Format: int64 */
            scene_count: number;
            script_text: string;
            title: string;
        };
        CanonicalScriptDetail: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            artifact_type: "canonical_script";
            entity_id: string;
            payload: components["schemas"]["CanonicalScriptArtifact"];
            /** Format: int64 */
            version: number;
        };
        ChainChoice: {
            /** @description The same for people. */
            detail?: string;
            /**
             * Format: int64
             * @description Tokens that an answer may have.
             */
            max_output: number | null;
            model: string;
            origin: components["schemas"]["ChoiceOrigin"];
            /** @description Null if it is not known, which is not 0. */
            price: components["schemas"]["ModelPrice"] | null;
            provider: string;
            /** @description Why not, by the word that decisions have for it. */
            reason?: components["schemas"]["VerdictReason"];
            /**
             * Format: date-time
             * @description Since when; null if that is not known.
             */
            since: string | null;
            /**
             * Format: date-time
             * @description When that may have changed; null if no time is known.
             */
            until: string | null;
            usable: boolean;
            /**
             * Format: int64
             * @description Tokens that a request and its answer may have together.
             */
            window: number | null;
        };
        /**
         * @description The channel through which a request came.
         * @enum {string}
         */
        Channel: "cli" | "api" | "page";
        ChatChunk: {
            actions?: components["schemas"]["Action"][];
            content?: string;
            /** @enum {string} */
            type: "text" | "actions" | "done";
            /** @description In the last one: what of the request was ignored. */
            warnings?: components["schemas"]["RequestWarning"][];
        };
        ChatPostedEvent: {
            actor: components["schemas"]["Actor"] | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "chat_posted";
            /** @description What the event says, in one sentence. */
            message: string;
            message_id: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        ChatRequest: {
            /** @description Earlier messages; accepted and ignored. */
            chat_history?: {
                [key: string]: components["schemas"]["JSONValue"];
            }[] | null;
            message: string;
            /** @description Accepted and ignored. */
            page_context?: string | null;
        };
        Check: {
            /** @description What to do about it. */
            action?: string;
            detail: string;
            group: components["schemas"]["CheckGroup"];
            /** @example ANTHROPIC_API_KEY */
            name: string;
            /** @description Of a tool that is installed. */
            path?: string;
            status: components["schemas"]["CheckStatus"];
            /** @description Of a tool, as it says. */
            version?: string;
        };
        /**
         * @description What a check of the doctor is about.
         * @enum {string}
         */
        CheckGroup: "storage" | "recipes" | "providers" | "runs" | "tools";
        /**
         * @description How a check of the doctor went. A note takes nothing away from what the program can do now.
         * @enum {string}
         */
        CheckStatus: "ok" | "note" | "problem";
        /**
         * @description Why a model is in a chain.
         * @enum {string}
         */
        ChoiceOrigin: "own" | "default" | "fallback";
        ClassificationData: {
            /** Format: double */
            confidence: number;
            detected_format: string;
            evidence: string[];
            kind: string;
        };
        Codes: {
            error_code: string | null;
            /** Format: int64 */
            http_status: number | null;
            provider_code: string | null;
        };
        ConfirmAction: {
            /** @description What is posted to. */
            endpoint: string;
            /** @description What is posted; may be an empty object. */
            payload: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /** @example start_run */
            type: string;
        } & {
            [key: string]: components["schemas"]["JSONValue"];
        };
        Confirmation: {
            /** @description Why. */
            rationale?: string;
        };
        CooldownEndedEvent: {
            actor: components["schemas"]["Actor"] | null;
            endpoint: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "cooldown_ended";
            key?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        CooldownStartedEvent: {
            actor: components["schemas"]["Actor"] | null;
            endpoint: string;
            error_class: components["schemas"]["ErrorClass"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "cooldown_started";
            key?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            needs_person: boolean;
            provider: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            /** Format: date-time */
            until: string;
        };
        Cost: {
            /** Format: double */
            estimated_cost_usd: number;
            /** Format: int64 */
            input_tokens: number;
            model: string;
            /** Format: int64 */
            output_tokens: number;
        };
        CurrentRecipe: {
            differs: boolean;
            recipe_digest: string;
        };
        Decision: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            attempts_left: number;
            breaker?: components["schemas"]["BreakerState"];
            model?: string;
            next?: string;
            others: components["schemas"]["Verdict"][];
            probe?: boolean;
            provider?: string;
            provider_breaker?: components["schemas"]["BreakerState"];
            /** Format: int64 */
            round: number;
            why: string;
        };
        Deleted: {
            /**
             * Format: int64
             * @description Stored answers of models; those that other projects use stay.
             */
            answers: number;
            /**
             * Format: int64
             * @description Versions of artifacts.
             */
            artifacts: number;
            /**
             * Format: int64
             * @description Of content that nothing else refers to.
             */
            bytes: number;
            /** Format: int64 */
            events: number;
            /** Format: int64 */
            inputs: number;
            /** Format: int64 */
            messages: number;
            project_id: string;
            /** Format: int64 */
            runs: number;
        };
        Detail: {
            /** @description What is wrong, without where it is if that can be said. */
            detail: string;
            /** @example body.project_id */
            location?: string;
            message: string;
            /**
             * @description JSON pointer to it, if it is in the body.
             * @example /project_id
             */
            pointer?: string;
        };
        DetectionData: {
            by: components["schemas"]["SettingOrigin"];
            /** Format: double */
            confidence: number;
            rationale: string;
            source: components["schemas"]["SettingSource"];
            value: components["schemas"]["JSONValue"];
        };
        Drill: {
            /** @description What goes wrong. */
            description: string;
            /** @description How a run of the shipped recipe ends. */
            expected_status: components["schemas"]["RunStatus"];
            /** @example S17 */
            id: string;
            /**
             * Format: double
             * @description From the first call on; null if it has no end, or calls decide it.
             */
            length_seconds: number | null;
            /**
             * @description What a run is started with as drill; the id does too.
             * @example anthropic-overload
             */
            name: string;
            /** @description Those that it goes wrong at. */
            providers: string[];
            /** @example Anthropic overload */
            title: string;
        };
        DryRunValidatedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "dry_run_validated";
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        Edit: {
            data: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /** @description Why. */
            rationale: string;
        };
        /**
         * @description What a person did to an artifact.
         * @enum {string}
         */
        EditAction: "edit" | "restore" | "confirm";
        Edited: {
            artifact_type: string;
            entity_id: string;
            path: string;
            /** Format: int64 */
            version: number;
            /** @description What of the request was ignored; missing if nothing was. */
            warnings?: components["schemas"]["RequestWarning"][];
        };
        EditedArtifact: {
            current: components["schemas"]["Ref"];
            made: components["schemas"]["Ref"];
            stage_id: string;
        };
        Ended: {
            gate?: components["schemas"]["Gate"];
            hold?: components["schemas"]["Held"];
            /** @description The variable that holds the key which was not used. */
            key?: string;
            /** @description Missing for all models of the provider. */
            model?: string;
            provider: string;
        };
        EntityRefData: {
            artifact_type: string;
            entity_id: string;
        };
        /**
         * @description What kind of thing went wrong.
         * @enum {string}
         */
        ErrorClass: "overloaded" | "rate_limited" | "quota_exhausted" | "timeout" | "connection" | "server_error" | "auth" | "permission" | "not_found" | "invalid_request" | "context_length" | "content_policy" | "bad_output" | "unknown" | "no_provider" | "input" | "budget" | "canceled" | "internal";
        Estimate: {
            basis: components["schemas"]["EstimateBasis"];
            /** @example anthropic:claude-sonnet-4-6 */
            candidate: string;
            /** @description Null if the price is not known. */
            cost_usd: components["schemas"]["Range"] | null;
            input_tokens: components["schemas"]["Range"];
            output_tokens: components["schemas"]["Range"];
            /**
             * Format: int64
             * @description How many earlier answers it is from.
             */
            samples: number;
            seconds: components["schemas"]["Range"];
        };
        /**
         * @description What an estimate is from.
         * @enum {string}
         */
        EstimateBasis: "none" | "shipped" | "few_answers" | "earlier_runs";
        /** @description Something that happened, in a run or beside the runs. There is a schema for each name. Versions to come have further ones, which are OtherEvent here: a client ignores events, and members of events, that it does not know. */
        Event: components["schemas"]["ArtifactEditedEvent"] | components["schemas"]["ArtifactSavedEvent"] | components["schemas"]["AttemptFailedEvent"] | components["schemas"]["AttemptFinishedEvent"] | components["schemas"]["AttemptProgressEvent"] | components["schemas"]["AttemptStartedEvent"] | components["schemas"]["BreakerChangedEvent"] | components["schemas"]["BreakerClosedEvent"] | components["schemas"]["BreakerOpenedEvent"] | components["schemas"]["BreakerProbingEvent"] | components["schemas"]["BudgetExceededEvent"] | components["schemas"]["ChatPostedEvent"] | components["schemas"]["CooldownEndedEvent"] | components["schemas"]["CooldownStartedEvent"] | components["schemas"]["DryRunValidatedEvent"] | components["schemas"]["InputAddedEvent"] | components["schemas"]["InputDeletedEvent"] | components["schemas"]["PipelineFinishedEvent"] | components["schemas"]["PipelineStartedEvent"] | components["schemas"]["ProjectChangedEvent"] | components["schemas"]["ProjectCreatedEvent"] | components["schemas"]["ProjectDeletedEvent"] | components["schemas"]["ProviderHeldEvent"] | components["schemas"]["ProviderProbedEvent"] | components["schemas"]["ProviderReleasedEvent"] | components["schemas"]["RetryRequestedEvent"] | components["schemas"]["RunAcknowledgedEvent"] | components["schemas"]["RunCancelledEvent"] | components["schemas"]["RunResumedEvent"] | components["schemas"]["StageFailedEvent"] | components["schemas"]["StageFallbackEvent"] | components["schemas"]["StageFinishedEvent"] | components["schemas"]["StagePausedEvent"] | components["schemas"]["StageRetryingEvent"] | components["schemas"]["StageSkippedReusedEvent"] | components["schemas"]["StageStartedEvent"] | components["schemas"]["StageWaitingEvent"] | components["schemas"]["TryNowRequestedEvent"] | components["schemas"]["UnitDoneEvent"] | components["schemas"]["UnitReusedEvent"] | components["schemas"]["UnitsPlannedEvent"] | components["schemas"]["OtherEvent"];
        /**
         * @description What happened.
         * @enum {string}
         */
        EventName: "artifact_edited" | "artifact_saved" | "attempt_failed" | "attempt_finished" | "attempt_progress" | "attempt_started" | "breaker_changed" | "breaker_closed" | "breaker_opened" | "breaker_probing" | "budget_exceeded" | "chat_posted" | "cooldown_ended" | "cooldown_started" | "dry_run_validated" | "input_added" | "input_deleted" | "pipeline_finished" | "pipeline_started" | "project_changed" | "project_created" | "project_deleted" | "provider_held" | "provider_probed" | "provider_released" | "retry_requested" | "run_acknowledged" | "run_cancelled" | "run_resumed" | "stage_failed" | "stage_fallback" | "stage_finished" | "stage_paused" | "stage_retrying" | "stage_skipped_reused" | "stage_started" | "stage_waiting" | "try_now_requested" | "unit_done" | "unit_reused" | "units_planned";
        EventsPage: {
            events: components["schemas"]["Event"][];
            /** @description Whether there are further events by now. */
            more: boolean;
            /**
             * Format: int64
             * @description Where the next page begins: its after.
             */
            position: number;
            /** @description Of the events, in their order: the ids that a stream gives them. */
            positions: number[];
        };
        Exceeded: {
            /** Format: double */
            limit_usd: number;
            /** Format: double */
            spent_usd: number;
        };
        ExportedDocument: {
            config: components["schemas"]["JSONObject"] | null;
            /** @example cineforge-export-1 */
            format: string;
            project_id: string;
            run_id: string | null;
            scenes: components["schemas"]["ExportedScene"][];
            script: components["schemas"]["Script"] | null;
        };
        ExportedScene: {
            data: components["schemas"]["JSONObject"];
            health: components["schemas"]["ArtifactHealth"];
            source: components["schemas"]["ArtifactSource"];
            /** Format: int64 */
            version: number;
        };
        FailureClass: {
            /** @description What a person can do about it, in one sentence. */
            action: string;
            error_class: components["schemas"]["ErrorClass"];
            /** @description What it means, in one sentence. */
            explanation: string;
            /** @description The provider's, this program's, yours (a key, a limit or a text to change) or none. */
            fault: components["schemas"]["Side"];
            /** @description Whether the same model may usually be asked again. */
            retryable: boolean;
            /** @description Whose health it counts against. */
            scope: components["schemas"]["FailureScope"];
            /** @description In two or three words. */
            title: string;
        };
        /**
         * @description Whose health a failure counts against.
         * @enum {string}
         */
        FailureScope: "model" | "provider" | "credential" | "request" | "network" | "none";
        Fallback: {
            /** Format: double */
            at: number;
            from_model: string;
            reason: string;
            to_model: string;
            unit: string;
        };
        FaultCount: {
            /** Format: int64 */
            attempts: number;
            error_class: components["schemas"]["ErrorClass"];
            fault: components["schemas"]["Side"];
            /** Format: date-time */
            last_at: string;
            /** @example Key rejected */
            title: string;
            /** Format: double */
            wasted_cost_usd: number;
        };
        FaultTotals: {
            /**
             * Format: int64
             * @description Nothing is broken, or it can't be known.
             */
            none: number;
            /**
             * Format: int64
             * @description This program's.
             */
            ours: number;
            /**
             * Format: int64
             * @description The provider's.
             */
            theirs: number;
            /**
             * Format: int64
             * @description The user's, who has a key, a limit or a text to change.
             */
            yours: number;
        };
        FidelityData: {
            /** Format: int64 */
            canonical_words: number;
            checked: boolean;
            lost: string[];
            ok: boolean | null;
            /** Format: int64 */
            source_words: number;
        };
        Figures: {
            /** Format: int64 */
            answered: number;
            /**
             * Format: int64
             * @description Attempts that the caller gave up; they are neither answered nor failed.
             */
            canceled: number;
            /**
             * Format: double
             * @description As far as prices are known; see unpriced_attempts.
             */
            cost_usd: number;
            /** Format: int64 */
            failed: number;
            /** @description The failed attempts by error class. */
            failed_by_class: {
                [key: string]: number;
            };
            /** Format: int64 */
            first_byte_n: number;
            /**
             * Format: int64
             * @description Until an answer began; null if fewer than 5 are known.
             */
            first_byte_p50_ms: number | null;
            /** Format: int64 */
            input_tokens: number;
            /**
             * Format: int64
             * @description How many attempts the latencies are of.
             */
            latency_n: number;
            /**
             * Format: int64
             * @description Of the answered attempts; null if there are fewer than 5.
             */
            latency_p50_ms: number | null;
            /**
             * Format: int64
             * @description Of the answered attempts; null if there are fewer than 20.
             */
            latency_p95_ms: number | null;
            /** Format: int64 */
            output_tokens: number;
            /**
             * Format: double
             * @description Of drills, which cost nothing.
             */
            simulated_cost_usd?: number;
            /**
             * Format: int64
             * @description Attempts whose cost is not known.
             */
            unpriced_attempts: number;
            /**
             * Format: double
             * @description Of the cost, what was paid for attempts that gave nothing.
             */
            wasted_cost_usd: number;
        };
        Forecast: {
            /** @description If the first candidates answer everything; of a drill, what would be paid. */
            cost_usd: components["schemas"]["Range"] | null;
            /** @description From all answers by the cheapest candidates to all by the dearest. */
            if_any_usd: components["schemas"]["Range"] | null;
            /** @description If the last candidate of each chain answers everything. */
            if_last_usd: components["schemas"]["Range"] | null;
            /** @description What the whole run may spend; its retries included. */
            max_cost_usd: components["schemas"]["NumberSetting"];
            /** @description If no attempt fails and nothing waits. */
            seconds: components["schemas"]["Range"] | null;
            /** @description In the order in which they run. */
            stages: components["schemas"]["StageForecast"][];
            /** @description Read and written, by the first candidates. */
            tokens: components["schemas"]["Range"] | null;
        };
        FoundEntity: {
            artifact_type: string;
            display_name: string;
            /** @description Of the artifact. */
            entity_id: string;
            entity_type: string;
        };
        FoundScene: {
            heading: string;
            /** @description INT, EXT, INT/EXT or empty. */
            int_ext: string;
            location: string;
            scene_id: string;
            time_of_day: string;
        };
        Gate: {
            actions?: components["schemas"]["Remedy"][];
            error_class: components["schemas"]["ErrorClass"];
            error_code: string | null;
            hint?: string;
            /** Format: int64 */
            http_status: number | null;
            message: string;
            needs_person: boolean;
            provider_code: string | null;
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until: string;
        };
        Held: {
            reason: string;
            /** Format: date-time */
            until: string;
        };
        Hello: {
            /** @enum {string} */
            event: "hello";
            /**
             * Format: int64
             * @description The end of the log: what stands between comes at once.
             */
            head: number;
            /**
             * Format: int64
             * @description The events of the stream stand behind it.
             */
            position: number;
            /**
             * Format: date-time
             * @description The ts of the event at position; null if there is none.
             */
            position_ts: string | null;
            /** Format: date-time */
            server_time: string;
            /** @description Of the server's program. */
            version: string;
        };
        History: {
            /** Format: int64 */
            bucket_seconds: number;
            /** @description Count the tries of drills instead of those of real runs. */
            drill: boolean;
            /** Format: date-time */
            from: string;
            providers: components["schemas"]["ProviderHistory"][];
            /**
             * Format: date-time
             * @description Not included.
             */
            until: string;
        };
        Hold: {
            /** @description It is logged, and shown with its effect. */
            reason: string;
            /**
             * Format: int64
             * @description How long; a hold ends by itself.
             * @default 3600
             */
            seconds?: number;
        };
        IDPatterns: {
            project: string;
            recipe: string;
            run: string;
        };
        Incident: {
            /** @description What operators did at providers in the time, newest first, 50 at the most. */
            acts: components["schemas"]["ProviderEvent"][];
            /** @description There were more acts. */
            acts_cut?: boolean;
            /** @description All attempts in the time. */
            attempts: components["schemas"]["Figures"];
            /**
             * Format: int64
             * @description Drills under way, which are left out.
             */
            drills_left_out: number;
            /** @description What was wrong in the time and is over, a sentence each, newest first. */
            earlier: string[];
            /**
             * Format: date-time
             * @description The first failed attempt in the time; null if there is none.
             */
            first_seen: string | null;
            /**
             * Format: date-time
             * @description The last failed attempt in the time; null if there is none.
             */
            last_seen: string | null;
            /** @description What is wrong now, and what it does to runs, in one sentence. */
            message: string;
            /** @description What may end it, soonest first. */
            next: components["schemas"]["Upcoming"][];
            /** @description Those that are configured or were asked, in trouble first. */
            providers: components["schemas"]["ProviderTrouble"][];
            runs: components["schemas"]["AffectedRuns"];
            /**
             * Format: date-time
             * @description Figures, failed runs and acts are those since then.
             */
            since: string;
            /**
             * Format: date-time
             * @description The moment that it is about.
             */
            ts: string;
            /** @description Nothing keeps a configured provider from being asked, and no run is held up. */
            well: boolean;
        };
        InferenceData: {
            /** Format: double */
            confidence: number;
            field_name: string;
            rationale: string;
            value: string;
        };
        Input: {
            /**
             * Format: double
             * @description Unix seconds.
             */
            created_at: number;
            digest: string;
            /** @description Opaque, and unique in the project. */
            filename: string;
            original_name: string;
            /** @description What a first look found; null until there was one. */
            scan: components["schemas"]["InputScan"] | null;
            /** Format: int64 */
            size_bytes: number;
            /** @description What a run is started with as input_file; equal to filename. */
            stored_path: string;
        };
        InputAddedEvent: {
            actor: components["schemas"]["Actor"] | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "input_added";
            filename: string;
            input: string;
            input_digest: string;
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        InputCharacter: {
            /** Format: int64 */
            dialogue_blocks: number;
            name: string;
            /** Format: int64 */
            scenes: number;
        };
        InputDeletedEvent: {
            actor: components["schemas"]["Actor"] | null;
            /** Format: int64 */
            artifacts: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "input_deleted";
            input: string;
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /** Format: int64 */
            runs: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        InputFormat: {
            extensions: string[];
            media_types: string[];
            /** @description What it lacks for that, and what to do; null if nothing. */
            missing: string | null;
            name: string;
            title: string;
            /** @description Whether this server can read it. */
            usable: boolean;
        };
        InputScan: {
            /**
             * Format: double
             * @description In the kind, from 0 to 1.
             */
            confidence: number;
            encoding: string;
            /** @description Empty if the file can't be read. */
            format: string;
            /** @description What it looks like: screenplay, prose, ... */
            kind: string;
            /** Format: double */
            minutes: number;
            /** Format: double */
            pages: number;
            /** @description Why the file can't be read, and what to do; null if it can. */
            problem: string | null;
            /**
             * Format: int64
             * @description How many scenes its headings make.
             */
            scenes: number;
            /** Format: int64 */
            warning_count: number;
            /** @description The first ones. */
            warnings: components["schemas"]["Warning"][];
        };
        InputScene: {
            characters: string[];
            /** Format: int64 */
            dialogue_blocks: number;
            /** Format: int64 */
            end_line: number;
            heading: string;
            /** @description The heading is none by the letter of the rules of Fountain. */
            implied: boolean;
            /** @description INT, EXT, INT/EXT, EST or null. */
            int_ext: string | null;
            location: string;
            /** @description The script's own; null where it has none. */
            number: string | null;
            /** Format: int64 */
            page_eighths: number;
            /** Format: int64 */
            start_line: number;
            /** @description As written; null where the heading says none. */
            time_of_day: string | null;
        };
        InputScenes: {
            /** @description Who speaks. */
            characters: components["schemas"]["InputCharacter"][];
            /** Format: double */
            confidence: number;
            encoding: string;
            format: string;
            kind: string;
            locations: string[];
            /** Format: double */
            minutes: number;
            /** Format: double */
            pages: number;
            scenes: components["schemas"]["InputScene"][];
            title: string;
            /** @description By lower-case key with underscores. */
            title_page: {
                [key: string]: string;
            };
            warnings: components["schemas"]["Warning"][];
        };
        InsightRequest: {
            /** @description Accepted and ignored. */
            context?: {
                [key: string]: components["schemas"]["JSONValue"];
            } | null;
            /** @example run_completed */
            trigger: string;
        };
        Interval: {
            /**
             * Format: date-time
             * @description While it goes on: when it ends by itself.
             */
            ends_at?: string;
            error_class?: components["schemas"]["ErrorClass"];
            /** @description Of a cooldown: the variable that holds the key which was not used. */
            key?: string;
            kind: components["schemas"]["IntervalKind"];
            /** @description Missing for all models of the provider. */
            model?: string;
            /** @description The evidence, or what the operator gave as the reason. */
            reason?: string;
            /**
             * Format: date-time
             * @description It may be before the window.
             */
            since: string;
            /**
             * Format: date-time
             * @description Null while it goes on.
             */
            until: string | null;
        };
        /**
         * @description Why something was not asked.
         * @enum {string}
         */
        IntervalKind: "out" | "probing" | "held" | "cooldown";
        InventionData: {
            description: string;
            location: string;
            rationale: string;
        };
        /** @description An object of JSON with any members. */
        JSONObject: {
            [key: string]: components["schemas"]["JSONValue"];
        };
        /** @description JSON of any form. */
        JSONValue: null | boolean | number | string | components["schemas"]["JSONObject"] | (null | boolean | number | string | components["schemas"]["JSONObject"] | (null | boolean | number | string | components["schemas"]["JSONObject"] | (null | boolean | number | string | {
            [key: string]: components["schemas"]["JSONValue"];
        })[])[])[];
        KnownModel: {
            /** @description The stages in whose default chains it is. */
            default_of: string[];
            /** @description The same for people. */
            detail?: string;
            /** @description Of its provider's API; null if the provider is not configured. */
            dialect: string | null;
            /**
             * Format: int64
             * @description Tokens that an answer may have.
             */
            max_output: number | null;
            model: string;
            /**
             * @description As recipes name it.
             * @example anthropic:claude-sonnet-4-6
             */
            name: string;
            /** @description Null if it is not known, which is not 0. */
            price: components["schemas"]["ModelPrice"] | null;
            /**
             * @description When it was read there.
             * @example 2026-11-25
             */
            price_date: string | null;
            /** @description The page of the vendor that says the price. */
            price_source: string | null;
            provider: string;
            /** @description Why not, by the word that decisions have for it. */
            reason?: components["schemas"]["VerdictReason"];
            /**
             * Format: date-time
             * @description Since when; null if that is not known.
             */
            since: string | null;
            /** @description Where that is from. */
            source: components["schemas"]["ModelSource"];
            /** @description Its provider offers it where none of a default chain can be asked. */
            spare: boolean;
            /**
             * @description always or asked: when it thinks before it answers; null if that is not known.
             * @example asked
             */
            thinks: string | null;
            /**
             * Format: date-time
             * @description When that may have changed; null if no time is known.
             */
            until: string | null;
            usable: boolean;
            /**
             * Format: int64
             * @description Tokens that a request and its answer may have together.
             */
            window: number | null;
        };
        LastFault: {
            /** Format: date-time */
            at?: string;
            error_class: components["schemas"]["ErrorClass"];
            error_code: string | null;
            /** Format: int64 */
            http_status: number | null;
            message: string;
            model: string;
            provider_code: string | null;
            request_id?: string;
            run_id?: string;
            stage_id?: string;
            unit?: string;
        };
        Least: {
            /** Format: double */
            cost_usd: number | null;
            /** Format: int64 */
            input_tokens: number;
        };
        /**
         * @description Where a limit is from: given for the run, said by the recipe of the stage or of all stages, or neither.
         * @enum {string}
         */
        LimitSource: "run" | "stage" | "recipe" | "default";
        LimitUse: {
            /** @example max_wait_seconds */
            limit: string;
            source: components["schemas"]["LimitSource"];
            stage_id?: string;
            /** Format: double */
            used: number;
            /** Format: double */
            value: number;
        };
        Limits: {
            /** Format: double */
            max_cost_usd?: number;
            /** Format: double */
            max_wait_seconds?: number;
            on_exhausted?: string;
        };
        LineRunData: {
            /** Format: int64 */
            end_line: number;
            /** Format: int64 */
            source_end_line: number;
            /** Format: int64 */
            source_start_line: number;
            /** Format: int64 */
            start_line: number;
            whole?: boolean;
        };
        Login: {
            token: string;
        };
        Message: {
            actions?: components["schemas"]["Action"][] | null;
            content: string;
            /** @description The scenario of the run, if it is a drill. */
            drill?: string | null;
            id: string;
            needsAction?: boolean | null;
            run_id?: string | null;
            /**
             * Format: double
             * @description Unix milliseconds.
             */
            timestamp: number;
            /** @example ai_status */
            type: string;
        } & {
            [key: string]: components["schemas"]["JSONValue"];
        };
        Metadata: {
            alternatives_considered: string[] | null;
            annotations: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /** Format: double */
            confidence: number;
            cost_data: components["schemas"]["Cost"] | null;
            /** Format: date-time */
            created_at: string;
            health: components["schemas"]["ArtifactHealth"];
            intent: string;
            lineage: components["schemas"]["Ref"][];
            producing_module: string;
            producing_role: string | null;
            rationale: string;
            ref: components["schemas"]["Ref"];
            schema_version: string;
            source: components["schemas"]["ArtifactSource"];
        };
        Mistake: {
            /**
             * Format: int64
             * @description From 1, in characters.
             */
            column: number | null;
            hint: string | null;
            /**
             * Format: int64
             * @description From 1; null if it is nowhere in particular.
             */
            line: number | null;
            message: string;
            /**
             * @description JSON pointer to the value; empty for the whole file.
             * @example /stages/1/needs/0
             */
            pointer: string;
        };
        Model: {
            /** Format: int64 */
            attempts: number;
            breaker: components["schemas"]["BreakerState"];
            evidence?: string;
            gates?: components["schemas"]["Gate"][];
            limits?: components["schemas"]["TimeLimits"];
            model: string;
            /** Format: date-time */
            next_probe_at?: string;
            /** Format: date-time */
            out_since?: string;
            /** @description Missing while nothing was learned of it. */
            room?: components["schemas"]["Room"];
            /** Format: date-time */
            since?: string;
            /** Format: double */
            success?: number;
        };
        ModelHistory: {
            /** @description Those in which an attempt ended, oldest first. */
            buckets: components["schemas"]["Bucket"][];
            model: string;
            total: components["schemas"]["Figures"];
        };
        ModelPrice: {
            /** Format: double */
            cache_read_usd: number;
            /** Format: double */
            cache_write_usd: number;
            /** Format: double */
            input_usd: number;
            /** Format: double */
            output_usd: number;
        };
        /**
         * @description Where what is known of a model is from.
         * @enum {string}
         */
        ModelSource: "catalog" | "cineforge.yaml" | "unknown";
        ModelStrategyData: {
            escalate: string;
            verify: string;
            work: string;
        };
        ModelUse: {
            /** Format: int64 */
            answers: number;
            /** Format: double */
            cost_usd: number;
            providers: {
                [key: string]: number;
            };
            /** Format: int64 */
            unpriced?: number;
        };
        Module: {
            asks_model: boolean;
            /** @description What a person accepts if the stage pauses for that. */
            confirms?: string;
            /** @description Types of artifacts that it needs. */
            consumes: string[];
            /**
             * @description First choice first.
             * @example [
             *       "anthropic:claude-sonnet-4-6"
             *     ]
             */
            default_chain: string[];
            description: string;
            /**
             * @description As recipes name it.
             * @example scene_extract_v1
             */
            id: string;
            params: components["schemas"]["ModuleParam"][];
            /** @description Types of artifacts that it makes. */
            produces: string[];
            /** @description What it asks models; empty if it asks none. */
            questions: components["schemas"]["Question"][];
            /** @description The id that shipped recipes give its stage; the default chain is for stages of that id. */
            stage_id: string;
            /** @description Of its stage. */
            title: string;
        };
        ModuleParam: {
            /** @description Every stage accepts it. */
            common: boolean;
            /** @description Null for nothing. */
            default: components["schemas"]["JSONValue"];
            description: string;
            name: string;
            required: boolean;
            type: components["schemas"]["ParamType"];
        };
        Need: {
            kind: components["schemas"]["NeedKind"];
            model?: string;
            name: string;
            origin?: string;
        };
        /**
         * @description What kind of thing a run needs to go on: a key in a variable, or a provider.
         * @enum {string}
         */
        NeedKind: "key" | "provider";
        NewProject: {
            display_name: string;
            /** @example night-ferry */
            slug: string;
        };
        Next: {
            /** Format: double */
            at: number;
            if?: components["schemas"]["NextCondition"];
            model?: string;
            provider?: string;
            stage_id: string;
            what: components["schemas"]["NextKind"];
        };
        /**
         * @description What has to be so for something to come next.
         * @enum {string}
         */
        NextCondition: "unanswered" | "still_out";
        /**
         * @description What comes next in a run.
         * @enum {string}
         */
        NextKind: "attempt" | "look" | "probe" | "limit_ends" | "hold_ends" | "stage_fails" | "stage_pauses";
        Normalization: {
            assumptions: components["schemas"]["AssumptionData"][];
            inventions: components["schemas"]["InventionData"][];
            /** Format: double */
            overall_confidence: number;
            rationale: string;
            source_format: string;
            strategy: components["schemas"]["ScriptStrategy"];
        };
        NormalizationData: {
            assumptions: components["schemas"]["AssumptionData"][];
            inventions: components["schemas"]["InventionData"][];
            /** Format: double */
            overall_confidence: number;
            rationale: string;
            source_format: string;
            strategy: components["schemas"]["ScriptStrategy"];
        };
        NumberSetting: {
            source: components["schemas"]["LimitSource"];
            /** Format: double */
            value: number;
        };
        OpenProject: {
            /** @description The project_path of a list, equal to project_id. */
            project_path: string;
        };
        OtherArtifactDetail: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            artifact_type: "OtherArtifactDetail";
            entity_id: string;
            payload: components["schemas"]["Artifact"];
            /** Format: int64 */
            version: number;
        };
        /** @description An event of a name that this document does not have. A client ignores it. */
        OtherEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "OtherEvent";
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string | null;
            /** Format: date-time */
            ts: string;
        } & {
            [key: string]: components["schemas"]["JSONValue"];
        };
        /**
         * @description How a run ended.
         * @enum {string}
         */
        Outcome: "done" | "failed" | "cancelled";
        Overview: {
            acknowledged?: components["schemas"]["Acknowledgement"];
            display_name: string;
            drill?: string;
            dry_run?: boolean;
            error?: string;
            error_class?: components["schemas"]["ErrorClass"];
            /** Format: int64 */
            fallback_count?: number;
            /** Format: double */
            finished_at: number | null;
            hint?: string;
            input_name?: string;
            needs?: components["schemas"]["Need"][];
            needs_you: boolean;
            needs_you_reason?: components["schemas"]["PersonNeed"];
            /** Format: double */
            next_attempt_at?: number;
            parent_run_id: string | null;
            pause_reason?: components["schemas"]["PauseReason"];
            project_id: string;
            recipe_id: string;
            retried_by: string | null;
            root_run_id: string;
            run_id: string;
            /** Format: double */
            simulated_cost_usd?: number;
            stage?: string;
            stage_doing?: string;
            stage_title?: string;
            /** Format: int64 */
            stages_done: number;
            /** Format: int64 */
            stages_total: number;
            /** Format: double */
            started_at: number | null;
            status: components["schemas"]["RunStatus"];
            /** Format: double */
            total_cost_usd: number;
            /** Format: int64 */
            units_done: number;
            /** Format: int64 */
            units_total: number | null;
            /** Format: int64 */
            unpriced_attempts?: number;
            /** Format: double */
            updated_at: number | null;
            wait?: components["schemas"]["Wait"];
            wait_reason?: string;
            /** Format: double */
            waiting_since?: number;
            waits_for?: string[];
        };
        PageSizes: {
            /** Format: int64 */
            events_max: number;
            /** Format: int64 */
            projects_max: number;
            /** Format: int64 */
            runs_default: number;
            /** Format: int64 */
            runs_max: number;
            /**
             * Format: int64
             * @description How many runs one stream can name.
             */
            stream_runs_max: number;
        };
        /**
         * @description The type of a parameter's value.
         * @enum {string}
         */
        ParamType: "string" | "bool" | "int" | "number" | "model" | "object" | "list";
        /**
         * @description Why a stage is paused.
         * @enum {string}
         */
        PauseReason: "awaiting_confirmation" | "interrupted" | "exhausted" | "process_deaths";
        /**
         * @description What a run needs a person for.
         * @enum {string}
         */
        PersonNeed: "paused" | "no_carrier" | "failed";
        PipelineFinishedEvent: {
            error?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "pipeline_finished";
            /** @description What the event says, in one sentence. */
            message: string;
            outcome: components["schemas"]["Outcome"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            success: boolean;
            /** Format: double */
            total_cost_usd: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        PipelineStartedEvent: {
            actor?: components["schemas"]["Actor"];
            candidates?: {
                [key: string]: components["schemas"]["Candidate"][];
            };
            chains?: {
                [key: string]: string[];
            };
            drill?: string;
            dry_run: boolean;
            end_at?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "pipeline_started";
            force?: boolean;
            input_digest: string;
            input_name: string;
            limits?: components["schemas"]["Limits"];
            /** @description What the event says, in one sentence. */
            message: string;
            notice?: string;
            parent_run_id?: string;
            project_id: string;
            provider_order?: string[];
            reason?: string;
            recipe_digest: string;
            recipe_id: string;
            root_run_id?: string;
            run_id: string;
            runtime_params: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            settings?: components["schemas"]["Settings"];
            stage_ids: string[];
            start_from?: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            without_providers?: string[];
        };
        PlanRequest: {
            /** @description Do not pause for the project configuration to be confirmed. */
            accept_config?: boolean;
            /** @description By stage, the models to ask in place of the recipe's, first choice first, such as provider:model. */
            chains?: {
                [key: string]: string[];
            };
            /** @description An input of the project, a YAML or JSON object with settings for project_config; the run keeps its content, and the configuration counts as confirmed. */
            config_file?: string;
            /** @description Settings for project_config by name; they win over config_file, and both over what is detected. */
            config_overrides?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /** @description Recorded, and used where a recipe names it. */
            default_model?: string;
            /** @description A scenario of the simulator, which answers instead of real providers. */
            drill?: string;
            /** @description Check everything, but run nothing. */
            dry_run?: boolean;
            end_at?: string;
            escalate_model?: string;
            /** @description Ignore cached answers and ask again. */
            force?: boolean;
            /** @description The stored_path that the upload answered. */
            input_file: string;
            /**
             * Format: double
             * @description What the run and its retries may spend, in place of what the recipe says.
             */
            max_cost_usd?: number;
            /**
             * Format: double
             * @description How long a stage may wait without progress; overrides the recipe.
             */
            max_wait_seconds?: number;
            /** @description Whether to start a new run even if the same one is in progress; default: only with a run_id or an Idempotency-Key. */
            new?: boolean;
            /**
             * @description What becomes of a stage whose waiting time is spent.
             * @enum {string}
             */
            on_exhausted?: "fail" | "pause";
            /** @description Parameters of the recipe by name; they win over members of the same meaning. */
            params?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            project_id: string;
            /** @description The providers whose models come first in all chains. */
            provider_order?: string[];
            qa_model?: string;
            /** @description Why. It is recorded, with who asks. */
            reason?: string;
            /** @default mvp_ingest */
            recipe_id?: string;
            /** @description Retry this run from its failed stage; the rest is ignored. */
            retry_failed_stage_for_run_id?: string;
            /** @description The id for the run. */
            run_id?: string;
            skip_qa?: boolean;
            start_from?: string;
            verify_model?: string;
            /** @description The providers that are not asked, whatever names them. */
            without_providers?: string[];
            work_model?: string;
        };
        PlanWarning: {
            about: components["schemas"]["WarningSubject"];
            /**
             * Format: int64
             * @description Of the recipe or of the input; missing if it is nowhere in particular.
             */
            line?: number;
            message: string;
            stage_id?: string;
        };
        Price: {
            /** Format: double */
            input_usd: number;
            /** Format: double */
            output_usd: number;
        };
        Problem: {
            /** @description What can be done about it; the hint names their labels, and commands for cli. */
            actions?: components["schemas"]["Remedy"][];
            /**
             * @description What is wrong, for programs.
             * @example run_state_not_found
             */
            code: components["schemas"]["ProblemCode"];
            /** @description What is wrong, in one sentence; the same as message. */
            detail: string;
            /** @description Each thing that is wrong with the request. */
            errors?: components["schemas"]["Detail"][];
            /** @description What to do about it. */
            hint: string | null;
            /** @description What is wrong, in one sentence. */
            message: string;
            /** @description The id of the request in the server's log. */
            request_id?: string;
            /** @description The run that conflicts with the request. */
            run_id?: string;
            /**
             * Format: int64
             * @description The HTTP status.
             */
            status: number;
            /** @description The HTTP status in words. */
            title: string;
            /** @description Names the kind of problem; a path of the documentation. */
            type: string;
        };
        /**
         * @description Why a request was not done; /docs#CODE explains each.
         * @enum {string}
         */
        ProblemCode: "already_retried" | "artifact_changed" | "artifact_not_found" | "cross_origin" | "damaged" | "disk_fault" | "disk_full" | "empty_upload" | "idempotency_key_reused" | "in_use" | "input_extraction_failed" | "input_not_found" | "internal" | "invalid_cursor" | "invalid_filename" | "invalid_recipe" | "invalid_request" | "invalid_run_id" | "locked" | "method_not_allowed" | "missing_file" | "missing_filename" | "model_not_found" | "newer_schema" | "no_budget_left" | "no_carrier" | "no_failed_stage" | "not_found" | "not_paused" | "not_ready" | "nothing_to_acknowledge" | "plan_changed" | "project_exists" | "project_not_found" | "project_not_opened" | "provider_not_found" | "read_only" | "recipe_changed" | "recipe_exists" | "recipe_not_found" | "removed" | "run_busy" | "run_events_not_found" | "run_exists" | "run_not_over" | "run_over" | "run_paused" | "run_state_not_found" | "stopping" | "store_unavailable" | "timeout" | "too_large" | "too_many_requests" | "too_many_streams" | "unauthorized" | "unknown_price" | "unknown_stage" | "unreachable" | "unsupported_media_type" | "wrong_host";
        Project: {
            /**
             * Format: int64
             * @description How many entities have artifacts.
             */
            artifact_groups: number;
            display_name: string;
            /** @description It is one of drills: what is in it means nothing. */
            drill?: boolean;
            has_inputs: boolean;
            /** @description The original names, oldest first. */
            input_files: string[];
            /** @description The newest; null if there is none. */
            last_run: components["schemas"]["Overview"] | null;
            /**
             * Format: int64
             * @description How many of its runs need a person.
             */
            needs_you: number;
            project_id: string;
            /** Format: int64 */
            run_count: number;
            ui_preferences: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /** @description What of the request was ignored; missing if nothing was. */
            warnings?: components["schemas"]["RequestWarning"][];
        };
        ProjectChangedEvent: {
            actor: components["schemas"]["Actor"] | null;
            changed: string[];
            display_name: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "project_changed";
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        ProjectConfigArtifact: {
            data: components["schemas"]["ProjectConfigData"];
            metadata: components["schemas"]["Metadata"];
        };
        ProjectConfigData: {
            aspect_ratio: string;
            /** Format: double */
            budget_cap_usd: number | null;
            confirmed: boolean;
            confirmed_at: string | null;
            default_model: string;
            detection_details: {
                [key: string]: components["schemas"]["DetectionData"];
            };
            /** Format: double */
            estimated_duration_minutes: number | null;
            format: string;
            genre: string[];
            /** @enum {string} */
            human_control_mode: "autonomous" | "checkpoint" | "advisory";
            /** Format: int64 */
            location_count: number;
            locations_summary: string[];
            logline: string | null;
            model_strategy: components["schemas"]["ModelStrategyData"];
            primary_characters: string[];
            /** @enum {string} */
            production_mode: "ai_generated" | "irl" | "hybrid";
            style_packs: {
                [key: string]: string;
            };
            supporting_characters: string[];
            target_audience: string | null;
            title: string;
            tone: string[];
        };
        ProjectConfigDetail: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            artifact_type: "project_config";
            entity_id: string;
            payload: components["schemas"]["ProjectConfigArtifact"];
            /** Format: int64 */
            version: number;
        };
        ProjectCreatedEvent: {
            actor: components["schemas"]["Actor"] | null;
            display_name: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "project_created";
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        ProjectDeletedEvent: {
            actor: components["schemas"]["Actor"] | null;
            /** Format: int64 */
            artifacts: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "project_deleted";
            /** Format: int64 */
            inputs: number;
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /** Format: int64 */
            runs: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        ProjectSettings: {
            display_name?: string;
            /** @description Members that are given replace those of that name; null removes one. */
            ui_preferences?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
        };
        ProvenanceData: {
            /** Format: double */
            confidence: number;
            evidence: string;
            field_name: string;
            method: components["schemas"]["ProvenanceMethod"];
        };
        /**
         * @description How a value was found.
         * @enum {string}
         */
        ProvenanceMethod: "parser" | "rule" | "ai";
        Provider: {
            /** Format: int64 */
            attempts: number;
            /**
             * @description What attempts and success are of, its models' too.
             * @example 24h
             */
            attempts_window: string;
            base_url?: string;
            breaker: components["schemas"]["BreakerState"];
            configured: boolean;
            evidence?: string;
            gates?: components["schemas"]["Gate"][];
            held?: components["schemas"]["Held"];
            /** @description The environment variable that holds its key; missing if it takes none. */
            key_variable?: string;
            last_failure?: components["schemas"]["LastFault"];
            missing?: string;
            models: components["schemas"]["Model"][];
            name: string;
            /** Format: date-time */
            next_probe_at?: string;
            /** Format: date-time */
            out_since?: string;
            /** Format: date-time */
            since?: string;
            /** Format: double */
            success?: number;
            /** @description Those that waiting_runs counts, longest first, 20 at the most. */
            waiting: components["schemas"]["WaitingRun"][];
            /** Format: int64 */
            waiting_runs: number;
        };
        ProviderEvent: {
            /** @description The operator, where that is known. */
            actor?: components["schemas"]["Actor"];
            /** @description The provider, and its base URL if that is not its own. */
            endpoint: string;
            evidence?: string;
            /** @description The state of the breaker. */
            from: string;
            /**
             * Format: int64
             * @description Its position in the log; missing for what earlier versions recorded.
             */
            id?: number;
            /** @description The variable of the key that a release was about. */
            key?: string;
            kind: components["schemas"]["ProviderEventKind"];
            /** @description What happened, in one sentence. */
            message?: string;
            /** @description Missing for the provider's own breaker. */
            model?: string;
            provider: string;
            /** @description What the operator gave as the reason. */
            reason?: string;
            /** @description The state of the breaker then, or what an operator did: held, released, probe_wanted. */
            to: string;
            /** Format: date-time */
            ts: string;
            /**
             * Format: date-time
             * @description When it changes by itself, if known.
             */
            until?: string;
        };
        /**
         * @description What kind of thing happened to a provider.
         * @enum {string}
         */
        ProviderEventKind: "transition" | "held" | "released" | "probed";
        ProviderHeldEvent: {
            actor: components["schemas"]["Actor"] | null;
            breaker?: components["schemas"]["BreakerState"];
            endpoint: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "provider_held";
            key?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            /** Format: date-time */
            until: string;
        };
        ProviderHistory: {
            /** @description Those in which an attempt ended, oldest first. */
            buckets: components["schemas"]["Bucket"][];
            /** @description The same, by whose fault it is. */
            fault: components["schemas"]["FaultTotals"];
            /** @description The failed attempts by class, most first. */
            faults: components["schemas"]["FaultCount"][];
            /** @description When it was not asked, oldest first. */
            intervals: components["schemas"]["Interval"][];
            /** @description There were too many changes to follow; the oldest intervals are missing. */
            intervals_cut?: boolean;
            /** @description Those that were asked, by name. */
            models: components["schemas"]["ModelHistory"][];
            provider: string;
            total: components["schemas"]["Figures"];
        };
        ProviderProbedEvent: {
            actor: components["schemas"]["Actor"] | null;
            breaker?: components["schemas"]["BreakerState"];
            endpoint: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "provider_probed";
            key?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        ProviderReleasedEvent: {
            actor: components["schemas"]["Actor"] | null;
            breaker?: components["schemas"]["BreakerState"];
            endpoint: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "provider_released";
            key?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model?: string;
            provider: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        ProviderStanding: {
            error_class?: components["schemas"]["ErrorClass"];
            model?: string;
            name: string;
            needs_person: boolean;
            /** Format: double */
            since: number | null;
            state: components["schemas"]["ProviderState"];
            /** Format: double */
            until: number | null;
        };
        /**
         * @description How a provider is doing, in a word.
         * @enum {string}
         */
        ProviderState: "well" | "partly_out" | "out" | "probing" | "limited" | "key_rejected" | "out_of_quota" | "model_unavailable" | "held" | "not_configured";
        ProviderTrouble: {
            /** @description What may end it before its time. */
            actions?: components["schemas"]["Remedy"][];
            /**
             * Format: int64
             * @description Attempts in the time.
             */
            answered: number;
            /** Format: int64 */
            canceled: number;
            codes?: components["schemas"]["Codes"];
            /** Format: double */
            cost_usd: number;
            /** @description Of the failure behind the state. */
            error_class?: components["schemas"]["ErrorClass"];
            /** Format: int64 */
            failed: number;
            /** @description The failed attempts by class, most first. */
            faults: components["schemas"]["FaultCount"][];
            /** @description What a person can do. */
            hint?: string;
            last_failure?: components["schemas"]["LastFault"];
            /** @description The model that is meant; missing for the provider as a whole. */
            model?: string;
            /** @description Time alone does not help. */
            needs_person: boolean;
            provider: string;
            /** @description The evidence, or the operator's reason. */
            reason?: string;
            /**
             * Format: date-time
             * @description The state began; null if it is well, or that is not known.
             */
            since: string | null;
            state: components["schemas"]["ProviderState"];
            /**
             * Format: date-time
             * @description When it can be asked again, or is probed; null if no time is set.
             */
            until: string | null;
            /** Format: double */
            wasted_cost_usd: number;
        };
        Question: {
            about: string;
            /** @description JSON Schema of the answer. */
            answer_schema: components["schemas"]["JSONValue"];
            /** Format: int64 */
            max_output_tokens: number;
            role: string;
            /**
             * @description The name of the form of the answer.
             * @example scene_judgement
             */
            schema: string;
            /**
             * @description What one request is about.
             * @example scene
             */
            unit: string;
        };
        Range: {
            /** Format: double */
            high: number;
            /** Format: double */
            low: number;
        };
        RawInputArtifact: {
            data: components["schemas"]["RawInputData"];
            metadata: components["schemas"]["Metadata"];
        };
        RawInputData: {
            classification: components["schemas"]["ClassificationData"];
            content: string;
            source_info: components["schemas"]["SourceInfoData"];
            warnings: components["schemas"]["WarningData"][];
        };
        RawInputDetail: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            artifact_type: "raw_input";
            entity_id: string;
            payload: components["schemas"]["RawInputArtifact"];
            /** Format: int64 */
            version: number;
        };
        Reason: {
            /** @description It is logged, and shown with its effect. */
            reason: string;
        };
        RecentProject: {
            /**
             * Format: int64
             * @description How many entities have artifacts.
             */
            artifact_groups: number;
            display_name: string;
            /** @description It is one of drills: what is in it means nothing. */
            drill?: boolean;
            has_inputs: boolean;
            /** @description The original names, oldest first. */
            input_files: string[];
            /**
             * Format: double
             * @description Unix seconds.
             */
            last_modified: number;
            /** @description The newest; null if there is none. */
            last_run: components["schemas"]["Overview"] | null;
            /**
             * Format: int64
             * @description How many of its runs need a person.
             */
            needs_you: number;
            project_id: string;
            /** @description An opaque name, equal to project_id. */
            project_path: string;
            /** Format: int64 */
            run_count: number;
            ui_preferences: {
                [key: string]: components["schemas"]["JSONValue"];
            };
        };
        Recipe: {
            /** @description It can't be run; errors say why. */
            broken: boolean;
            description: string;
            /** @description Of the source; null if it can't be read. */
            digest: string | null;
            errors: components["schemas"]["Mistake"][];
            /** @description Below the data directory; null for one that is not kept there. */
            file: string | null;
            name: string;
            /** @enum {string} */
            origin: "data_directory" | "version" | "shipped" | "run";
            /** @description Of a broken one without an id the name of its file. */
            recipe_id: string;
            /** @description It stands for a recipe of the program with the same id. */
            replaces_shipped: boolean;
            /** Format: int64 */
            stage_count: number;
            stages: string[];
            /** @description With versions=1; newest first. */
            versions?: components["schemas"]["Version"][];
        };
        RecipeChange: {
            from: string;
            key: string;
            redo?: boolean;
            stage_id?: string;
            to: string;
        };
        RecipeCheck: {
            errors: components["schemas"]["Mistake"][];
            /** @description Null if it is not valid. */
            recipe: components["schemas"]["RecipeDetail"] | null;
            valid: boolean;
            warnings: components["schemas"]["Mistake"][];
        };
        RecipeDetail: {
            broken: boolean;
            description: string;
            /** @description Of the source. */
            digest: string;
            errors: components["schemas"]["Mistake"][];
            /** @description Below the data directory, where it may be edited; null if a copy has to be saved. */
            file: string | null;
            name: string;
            /**
             * @description Where it is from; run is what a run has pinned.
             * @enum {string}
             */
            origin: "data_directory" | "version" | "shipped" | "run";
            /** @description What a run may give. */
            parameters: components["schemas"]["RecipeParameter"][];
            recipe_id: string;
            replaces_shipped: boolean;
            /** @description What holds for all stages that set nothing else. */
            resilience: components["schemas"]["Setting"][];
            /** @description YAML. */
            source: string;
            /** @description Each behind those that it waits for. */
            stages: components["schemas"]["RecipeStage"][];
            /** @description Of the recipe's id, newest first. */
            versions: components["schemas"]["Version"][];
            /** @description What has no effect. */
            warnings: components["schemas"]["Mistake"][];
        };
        RecipeParameter: {
            /** @description The start sets it; it need not be given. */
            automatic: boolean;
            /** @description What holds if it is not given; null for nothing. */
            default: components["schemas"]["JSONValue"];
            description: string;
            name: string;
            /** @description A run without it is refused. */
            required: boolean;
            /** @description The stages that use it. */
            stages: string[];
            type: components["schemas"]["ParamType"];
            /** @description JSON pointers to the values of the recipe that it stands for. */
            uses: string[];
        };
        RecipeSource: {
            /** @description What it is saved as; version if it is missing. */
            as?: components["schemas"]["SaveAs"];
            /** @description As a recipe: it may take the place of a shipped one of its id. */
            replace?: boolean;
            /** @description YAML. */
            source: string;
        };
        RecipeStage: {
            /** @description Stages that it only waits for. */
            after: string[];
            asks_model: boolean;
            /** @description The models to ask, first choice first; empty if it asks none. */
            chain: components["schemas"]["ChainChoice"][];
            /** @description Types of artifacts that the module needs. */
            consumes: string[];
            /** @description Of the module. */
            description: string;
            id: string;
            module: string;
            /** @description Stages whose last artifact it builds on. */
            needs: string[];
            /** @description Stages whose artifacts it all builds on. */
            needs_all: string[];
            params: components["schemas"]["StageParam"][];
            /** @description Types of artifacts that it makes. */
            produces: string[];
            resilience: components["schemas"]["Setting"][];
            /** @description What it takes from the project. */
            store_inputs: components["schemas"]["StoreInput"][];
            title: string;
        };
        Redone: {
            /** Format: int64 */
            answers_discarded: number;
            /** Format: int64 */
            answers_had: number;
            artifacts: components["schemas"]["Ref"][];
            stage_id: string;
        };
        Ref: {
            artifact_type: string;
            entity_id: string;
            path: string;
            /** Format: int64 */
            version: number;
        };
        Released: {
            /** Format: int64 */
            attempts: number;
            /**
             * @description What attempts and success are of, its models' too.
             * @example 24h
             */
            attempts_window: string;
            base_url?: string;
            breaker: components["schemas"]["BreakerState"];
            configured: boolean;
            /** @description What was released. */
            ended: components["schemas"]["Ended"][];
            evidence?: string;
            gates?: components["schemas"]["Gate"][];
            held?: components["schemas"]["Held"];
            /** @description The environment variable that holds its key; missing if it takes none. */
            key_variable?: string;
            last_failure?: components["schemas"]["LastFault"];
            missing?: string;
            models: components["schemas"]["Model"][];
            name: string;
            /** Format: date-time */
            next_probe_at?: string;
            /** Format: date-time */
            out_since?: string;
            /** Format: date-time */
            since?: string;
            /** Format: double */
            success?: number;
            /** @description Those that waiting_runs counts, longest first, 20 at the most. */
            waiting: components["schemas"]["WaitingRun"][];
            /** Format: int64 */
            waiting_runs: number;
        };
        Remedy: {
            body?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            command?: string[];
            endpoint?: string;
            id?: string;
            label: string;
            method?: string;
            payload?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
        };
        RequestWarning: {
            /**
             * Format: int64
             * @description Where it is in the recipe.
             */
            line?: number;
            message: string;
            /**
             * @description JSON pointer to it in the request.
             * @example /human_control_mode
             */
            pointer?: string;
        };
        Restoration: {
            /** @description Why. */
            rationale: string;
            /** Format: int64 */
            version: number;
        };
        /**
         * @description Why a run goes on: its process is gone, or a person let it.
         * @enum {string}
         */
        ResumeCause: "crash" | "operator";
        ResumeRequest: {
            /**
             * @description today: continue with the providers available today instead of the pinned ones; the run need not be paused.
             * @enum {string}
             */
            candidates?: "today";
            /** @description Why. It is recorded, with who asks. */
            reason?: string;
        };
        RetryFailedRequest: {
            /** @description Why. It is recorded, with who asks. */
            reason?: string;
        };
        /**
         * @description What a retry does again.
         * @enum {string}
         */
        RetryMode: "failed_stage" | "from" | "full";
        RetryPlan: {
            chains?: {
                [key: string]: string[];
            };
            changes?: components["schemas"]["RecipeChange"][];
            current_recipe: components["schemas"]["CurrentRecipe"] | null;
            edits?: components["schemas"]["EditedArtifact"][];
            /** Format: double */
            estimated_cost_usd: number | null;
            /** Format: double */
            estimated_seconds: number | null;
            forecast: components["schemas"]["Forecast"] | null;
            from: string[];
            kept: string[];
            limits?: components["schemas"]["Limits"];
            /** Format: double */
            max_cost_usd: number;
            may_stop_again: components["schemas"]["StopRisk"] | null;
            mode: components["schemas"]["RetryMode"];
            newest?: boolean;
            parent_run_id: string;
            provider_order?: string[];
            reason?: string;
            recipe: components["schemas"]["RetryRecipe"];
            redone: components["schemas"]["Redone"][];
            /** Format: double */
            spent_usd: number;
            stepped_back?: string[];
            without_providers?: string[];
        };
        RetryRecipe: {
            name: string;
            recipe_digest: string;
            recipe_id: string;
        };
        RetryRequest: {
            /** @description By stage, the models to ask in place of the recipe's, first choice first, such as provider:model. */
            chains?: {
                [key: string]: string[];
            };
            /** @description Start from this stage. */
            from?: string;
            /** @description Start from the beginning. */
            full?: boolean;
            /**
             * Format: double
             * @description What the run and its retries may spend together; overrides the recipe.
             */
            max_cost_usd?: number;
            /**
             * Format: double
             * @description How long a stage may wait without progress; overrides the recipe.
             */
            max_wait_seconds?: number;
            /** @description Build on what is current in the project. */
            newest?: boolean;
            /**
             * @description What becomes of a stage whose waiting time is spent.
             * @enum {string}
             */
            on_exhausted?: "fail" | "pause";
            /** @description The providers whose models come first in all chains. */
            provider_order?: string[];
            /** @description Why. It is recorded, with who asks. */
            reason?: string;
            /**
             * @description The recipe to run: pinned (the one of the run), current (today's of the same id), a recipe's id, or the name of a version.
             * @default pinned
             */
            recipe?: string;
            /** @description The providers that are not asked, whatever names them. */
            without_providers?: string[];
        };
        RetryRequested: {
            actor?: components["schemas"]["Actor"];
            actor_reason?: string;
            changes?: components["schemas"]["RecipeChange"][];
            from: string[];
            kept: string[];
            mode: components["schemas"]["RetryMode"];
            newest?: boolean;
            parent_run_id: string;
            reason?: string;
            recipe?: components["schemas"]["RetryRecipe"];
            stepped_back?: string[];
        };
        RetryRequestedEvent: {
            actor?: components["schemas"]["Actor"];
            actor_reason?: string;
            changes?: components["schemas"]["RecipeChange"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "retry_requested";
            from: string[];
            kept: string[];
            /** @description What the event says, in one sentence. */
            message: string;
            mode: components["schemas"]["RetryMode"];
            newest?: boolean;
            parent_run_id: string;
            reason?: string;
            recipe?: components["schemas"]["RetryRecipe"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stepped_back?: string[];
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        /**
         * @description The part that a request has in its stage.
         * @enum {string}
         */
        Role: "work" | "qa" | "escalate";
        Room: {
            /** @example it answered that there were too many calls */
            because: string;
            /**
             * Format: int64
             * @description How many calls are made at a time now.
             */
            calls: number;
            /** Format: date-time */
            cut_at: string;
            /**
             * Format: int64
             * @description How many before it was cut down.
             */
            of: number;
        };
        RunAcknowledgedEvent: {
            about_run_id: string;
            actor: components["schemas"]["Actor"] | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "run_acknowledged";
            /** @description What the event says, in one sentence. */
            message: string;
            project_id: string;
            reason?: string;
            /** @description null: it belongs to no run. */
            run_id: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        RunCancelledEvent: {
            actor?: components["schemas"]["Actor"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "run_cancelled";
            /** @description What the event says, in one sentence. */
            message: string;
            reason?: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        RunEvents: {
            events: components["schemas"]["Event"][];
            run_id: string;
        };
        RunRequest: {
            /** @description Do not pause for the project configuration to be confirmed. */
            accept_config?: boolean;
            /** @description By stage, the models to ask in place of the recipe's, first choice first, such as provider:model. */
            chains?: {
                [key: string]: string[];
            };
            /** @description An input of the project, a YAML or JSON object with settings for project_config; the run keeps its content, and the configuration counts as confirmed. */
            config_file?: string;
            /** @description Settings for project_config by name; they win over config_file, and both over what is detected. */
            config_overrides?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            /** @description Recorded, and used where a recipe names it. */
            default_model?: string;
            /** @description A scenario of the simulator, which answers instead of real providers. */
            drill?: string;
            /** @description Check everything, but run nothing. */
            dry_run?: boolean;
            end_at?: string;
            escalate_model?: string;
            /** @description Ignore cached answers and ask again. */
            force?: boolean;
            /** @description The stored_path that the upload answered. */
            input_file: string;
            /**
             * Format: double
             * @description What the run and its retries may spend, in place of what the recipe says.
             */
            max_cost_usd?: number;
            /**
             * Format: double
             * @description How long a stage may wait without progress; overrides the recipe.
             */
            max_wait_seconds?: number;
            /** @description Whether to start a new run even if the same one is in progress; default: only with a run_id or an Idempotency-Key. */
            new?: boolean;
            /**
             * @description What becomes of a stage whose waiting time is spent.
             * @enum {string}
             */
            on_exhausted?: "fail" | "pause";
            /** @description Parameters of the recipe by name; they win over members of the same meaning. */
            params?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            project_id: string;
            /** @description The providers whose models come first in all chains. */
            provider_order?: string[];
            qa_model?: string;
            /** @description Why. It is recorded, with who asks. */
            reason?: string;
            /** @default mvp_ingest */
            recipe_id?: string;
            /** @description Retry this run from its failed stage; the rest is ignored. */
            retry_failed_stage_for_run_id?: string;
            /** @description The id for the run. */
            run_id?: string;
            skip_qa?: boolean;
            start_from?: string;
            verify_model?: string;
            /** @description The providers that are not asked, whatever names them. */
            without_providers?: string[];
            work_model?: string;
        };
        RunResumedEvent: {
            actor?: components["schemas"]["Actor"];
            candidates?: {
                [key: string]: components["schemas"]["Candidate"][];
            };
            cause: components["schemas"]["ResumeCause"];
            confirmed?: string[];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "run_resumed";
            /** @description What the event says, in one sentence. */
            message: string;
            reason?: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        RunState: {
            /** @description What can be done about the run in this state. */
            actions: components["schemas"]["Remedy"][];
            /** @description All that can be asked of the run in this state. */
            acts: components["schemas"]["Remedy"][];
            /** @description Why a failed run failed, and what can be done about it. */
            background_error: string | null;
            run_id: string;
            state: components["schemas"]["State"];
        };
        /**
         * @description Where a run stands. Only lists have damaged: the events of the run can't be read.
         * @enum {string}
         */
        RunStatus: "queued" | "running" | "waiting" | "paused" | "done" | "failed" | "cancelled" | "damaged";
        RunsPage: {
            /** @description What the next page is asked for with; missing at the end. */
            next_cursor?: string;
            runs: components["schemas"]["Overview"][];
        };
        /**
         * @description As what a recipe is saved.
         * @enum {string}
         */
        SaveAs: "version" | "recipe";
        SavedRecipe: {
            /** @description Of the source. */
            digest: string;
            /** @description Of one that was saved as a recipe, below the data directory; else null. */
            file: string | null;
            /**
             * @description The name by which a retry requests it.
             * @example mvp_ingest@0a1b2c3d4e5f
             */
            name: string;
            recipe_id: string;
        };
        SceneArtifact: {
            data: components["schemas"]["SceneData"];
            metadata: components["schemas"]["Metadata"];
        };
        SceneData: {
            canonical_span: components["schemas"]["SpanData"];
            characters_present: string[];
            /** Format: double */
            confidence: number;
            /** Format: int64 */
            dialogue_blocks: number;
            elements: components["schemas"]["SceneElementData"][];
            heading: string;
            implied: boolean;
            inferences: components["schemas"]["InferenceData"][];
            /** @enum {string} */
            int_ext: "INT" | "EXT" | "INT/EXT";
            int_ext_written: string | null;
            location: string;
            narrative_beats: components["schemas"]["BeatData"][];
            number: string | null;
            /** Format: int64 */
            page_eighths: number;
            provenance: components["schemas"]["ProvenanceData"][];
            scene_id: string;
            /** Format: int64 */
            scene_number: number;
            source_span: components["schemas"]["SpanData"];
            summary: string | null;
            time_of_day: string;
            tone_mood: string | null;
            tone_shifts: string[];
        };
        SceneDetail: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            artifact_type: "scene";
            entity_id: string;
            payload: components["schemas"]["SceneArtifact"];
            /** Format: int64 */
            version: number;
        };
        SceneElementData: {
            content: string;
            element_type: string;
            written_as?: string;
        };
        SceneEntryData: {
            characters: string[];
            characters_present: string[];
            /** Format: int64 */
            end_line: number;
            heading: string;
            health: components["schemas"]["ArtifactHealth"];
            implied: boolean;
            /** @enum {string} */
            int_ext: "INT" | "EXT" | "INT/EXT";
            location: string;
            number: string | null;
            /** Format: int64 */
            page_eighths: number;
            ref: components["schemas"]["EntityRefData"];
            scene_id: string;
            /** Format: int64 */
            scene_number: number;
            source_span: components["schemas"]["SpanData"];
            speeches: {
                [key: string]: number;
            };
            /** Format: int64 */
            start_line: number;
            summary: string | null;
            time_of_day: string;
            tone_mood: string | null;
        };
        SceneIndexArtifact: {
            data: components["schemas"]["SceneIndexData"];
            metadata: components["schemas"]["Metadata"];
        };
        SceneIndexData: {
            entries: components["schemas"]["SceneEntryData"][];
            /** Format: double */
            estimated_runtime_minutes: number;
            front_matter: components["schemas"]["Span"] | null;
            /** Format: double */
            pages: number;
            /** Format: int64 */
            scenes_need_review: number;
            /** Format: int64 */
            scenes_passed_qa: number;
            /** Format: int64 */
            total_scenes: number;
            unique_characters: string[];
            unique_locations: string[];
        };
        SceneIndexDetail: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            artifact_type: "scene_index";
            entity_id: string;
            payload: components["schemas"]["SceneIndexArtifact"];
            /** Format: int64 */
            version: number;
        };
        Script: {
            /** Format: double */
            estimated_runtime_minutes: number | null;
            health: components["schemas"]["ArtifactHealth"];
            /** Format: int64 */
            line_count: number;
            normalization: components["schemas"]["Normalization"] | null;
            /** Format: double */
            pages: number | null;
            source: components["schemas"]["ArtifactSource"];
            title: string;
            title_page: {
                [key: string]: string;
            };
            unique_characters: string[];
            unique_locations: string[];
            /** Format: int64 */
            version: number;
        };
        /**
         * @description How a canonical script was made.
         * @enum {string}
         */
        ScriptStrategy: "code_passthrough" | "code_repair" | "full_conversion";
        SearchResult: {
            characters: components["schemas"]["FoundEntity"][];
            /** @description The project is one of drills: what was found means nothing. */
            drill?: boolean;
            locations: components["schemas"]["FoundEntity"][];
            props: components["schemas"]["FoundEntity"][];
            query: string;
            scenes: components["schemas"]["FoundScene"][];
        };
        ServerHealth: {
            /** @description Of ready: runs that the server can't go on with. */
            no_carrier?: components["schemas"]["Uncarried"][];
            /** @example ok */
            status: string;
            version: string;
        };
        ServerLimits: {
            /**
             * Format: int64
             * @description How large the body of any other request may be.
             */
            body_bytes: number;
            /**
             * Format: int64
             * @description How large a message may be.
             */
            chat_bytes: number;
            /**
             * Format: int64
             * @description How large settings given with a run may be.
             */
            config_bytes: number;
            /**
             * Format: int64
             * @description How large the request of an edit may be.
             */
            edit_bytes: number;
            /** @description Those that can be read first. The content of a file decides, not its name. */
            formats: components["schemas"]["InputFormat"][];
            ids: components["schemas"]["IDPatterns"];
            pages: components["schemas"]["PageSizes"];
            /**
             * Format: int64
             * @description How large a question to the chat may be.
             */
            question_bytes: number;
            /** @description Whether requests need an access token. */
            token_required: boolean;
            /**
             * Format: int64
             * @description How large a file may be.
             */
            upload_bytes: number;
        };
        Session: {
            /** @description Whether it answers such requests; true where it wants no token. */
            authenticated: boolean;
            /** @description See the header Cineforge-Client. */
            channel: components["schemas"]["Channel"];
            /**
             * Format: date-time
             * @description Of the session; null without one.
             */
            expires_at: string | null;
            /** @description Of the token, also of the one that opened the session. */
            name: string | null;
            /** @description What --public-url says; null without one. */
            public_url: string | null;
            /** @description Whether the server wants a token. */
            token_required: boolean;
        };
        Setting: {
            /** @description The words that it takes; missing if it takes a number. */
            choices?: string[];
            default: components["schemas"]["JSONValue"];
            description: string;
            /** @example max_wait_seconds */
            key: string;
            /** Format: double */
            max?: number;
            /** Format: double */
            min?: number;
            origin: components["schemas"]["ValueOrigin"];
            /** @description The run's parameter that it is left to; null if it is left to none. */
            parameter: string | null;
            /** @description Null if it is the run's to give. */
            value: components["schemas"]["JSONValue"];
        };
        /**
         * @description What found a setting.
         * @enum {string}
         */
        SettingOrigin: "title_page" | "rule" | "model" | "default" | "person" | "unknown";
        /**
         * @description How a setting came about.
         * @enum {string}
         */
        SettingSource: "auto_detected" | "default" | "user_specified";
        Settings: {
            digest?: string;
            file?: string;
            from_file?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            overrides?: {
                [key: string]: components["schemas"]["JSONValue"];
            };
        };
        /**
         * @description Whose fault it is: the provider's, this program's, the user's, or no one's.
         * @enum {string}
         */
        Side: "theirs" | "ours" | "yours" | "none";
        SlugProposal: {
            alternatives: string[];
            display_name: string;
            slug: string;
            /** @description What of the request was ignored; missing if nothing was. */
            warnings?: components["schemas"]["RequestWarning"][];
        };
        SlugRequest: {
            /** @description The beginning of the story. */
            content_snippet: string;
            original_filename: string;
        };
        SourceInfoData: {
            /** Format: int64 */
            character_count: number;
            encoding: string;
            file_format: string;
            /** Format: int64 */
            file_size_bytes: number;
            /** Format: int64 */
            line_count: number;
            original_filename: string;
        };
        Span: {
            /** Format: int64 */
            end_line: number;
            /** Format: int64 */
            start_line: number;
        };
        SpanData: {
            /** Format: int64 */
            end_line: number;
            /** Format: int64 */
            start_line: number;
        };
        /**
         * @description What a run does with a stage.
         * @enum {string}
         */
        StageAction: "run" | "reuse";
        StageAttempt: {
            /** Format: int64 */
            attempt: number;
            /** Format: double */
            cost_usd: number | null;
            /** Format: int64 */
            counted_input_tokens?: number;
            /** Format: double */
            duration_seconds: number;
            error?: string;
            error_class?: components["schemas"]["ErrorClass"];
            error_code: string | null;
            estimated?: boolean;
            /** Format: int64 */
            first_event_ms?: number;
            hint?: string;
            /** Format: int64 */
            http_status: number | null;
            id?: string;
            /** Format: int64 */
            input_tokens: number;
            model: string;
            /** Format: int64 */
            output_tokens: number;
            provider: string;
            provider_code: string | null;
            request_id: string | null;
            role: components["schemas"]["Role"];
            /** Format: int64 */
            round: number;
            served_model?: string;
            /** Format: double */
            simulated_cost_usd?: number;
            stage_id: string;
            /** Format: double */
            started_at: number | null;
            status: components["schemas"]["AttemptStatus"];
            /** Format: double */
            tokens_per_second?: number;
            /** Format: int64 */
            tokens_so_far?: number;
            transient?: boolean;
            unit: string;
        };
        StageFailedEvent: {
            /** Format: int64 */
            attempt_count: number;
            decision?: components["schemas"]["Decision"];
            /** Format: date-time */
            earliest?: string;
            error: string;
            error_class: components["schemas"]["ErrorClass"];
            error_code: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_failed";
            hint?: string;
            /** Format: int64 */
            http_status?: number | null;
            limit?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string | null;
            provider: string | null;
            provider_code?: string | null;
            request_id: string | null;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            terminal_reason: components["schemas"]["TerminalReason"];
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit?: string;
        };
        StageFallbackEvent: {
            decision: components["schemas"]["Decision"];
            error_class?: components["schemas"]["ErrorClass"];
            error_code: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_fallback";
            from_model: string;
            from_provider: string;
            hint?: string;
            /** Format: int64 */
            http_status?: number | null;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            /** Format: date-time */
            next_attempt_at: string;
            provider: string;
            provider_code?: string | null;
            reason: string;
            request_id: string | null;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            skipped_models: string[];
            stage_id: string;
            to_model: string;
            to_provider: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        StageFinishedEvent: {
            artifacts: components["schemas"]["Ref"][];
            /** Format: double */
            cost_usd: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_finished";
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        StageForecast: {
            action: components["schemas"]["StageAction"];
            /** @description In the order in which they are asked, then those that can't be asked. */
            chain: components["schemas"]["CandidateForecast"][];
            /** @description If the first one answers everything. */
            estimate: components["schemas"]["Estimate"] | null;
            /** @description As provider:model; null if none can be asked at the moment. */
            first: string | null;
            /** @description Of reuse: the run whose results are taken over. */
            from_run_id?: string;
            /** @description If the last one answers everything. */
            if_last: components["schemas"]["Estimate"] | null;
            /** @description What bounds the stage, and where that is from; null for a stage that is reused. */
            limits: components["schemas"]["StageLimits"] | null;
            module: string;
            /** @description Why the stage would fail, as far as that can be seen before. */
            problem?: string;
            /**
             * Format: int64
             * @description What models are asked and paid for; null if it is not known.
             */
            requests: number | null;
            stage_id: string;
            /**
             * Format: int64
             * @description Answers that are there already and serve again: they cost nothing.
             */
            stored_answers: number;
            title: string;
            /**
             * @description What the units are.
             * @example scene
             */
            unit_kind?: string;
            /**
             * Format: int64
             * @description Such as scenes; null if they depend on answers that are not there yet.
             */
            units: number | null;
            /** @description Why there is no estimate. */
            unknown?: string;
        };
        StageLimits: {
            /** @description Where the chain is from. */
            chain: components["schemas"]["LimitSource"];
            concurrency: components["schemas"]["NumberSetting"];
            /** @description Of one unit in one round. */
            max_attempts: components["schemas"]["NumberSetting"];
            max_cost_usd: components["schemas"]["NumberSetting"];
            max_stage_seconds: components["schemas"]["NumberSetting"];
            max_wait_seconds: components["schemas"]["NumberSetting"];
            /** @description What becomes of the stage when its waiting time is spent: fail or pause. */
            on_exhausted: components["schemas"]["WordSetting"];
        };
        StageParam: {
            /** @description What holds if nothing is given; null for nothing. */
            default: components["schemas"]["JSONValue"];
            description: string;
            name: string;
            origin: components["schemas"]["ValueOrigin"];
            /** @description The run's parameter that it is left to; null if it is left to none. */
            parameter: string | null;
            required: boolean;
            type: components["schemas"]["ParamType"];
            /** @description Null if it has none, or if it is the run's to give. */
            value: components["schemas"]["JSONValue"];
        };
        StagePausedEvent: {
            artifacts: components["schemas"]["Ref"][];
            error?: string;
            error_class?: components["schemas"]["ErrorClass"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_paused";
            hint?: string;
            /** @description What the event says, in one sentence. */
            message: string;
            reason: components["schemas"]["PauseReason"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        StageRetryingEvent: {
            /** Format: int64 */
            attempt: number;
            decision: components["schemas"]["Decision"];
            error_class?: components["schemas"]["ErrorClass"];
            error_code: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_retrying";
            hint?: string;
            /** Format: int64 */
            http_status?: number | null;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            /** Format: date-time */
            next_attempt_at: string;
            provider: string;
            provider_code?: string | null;
            reason: string;
            request_id: string | null;
            /** Format: double */
            retry_delay_seconds: number;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        StageSkippedReusedEvent: {
            artifacts: components["schemas"]["Ref"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_skipped_reused";
            from_run_id: string;
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        StageStartedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_started";
            /** @description What the event says, in one sentence. */
            message: string;
            module: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        StageState: {
            /** @description What can be done about a stage that failed or is paused. */
            actions?: components["schemas"]["Remedy"][];
            artifact_refs: components["schemas"]["Ref"][];
            /** Format: int64 */
            attempt_count: number;
            attempts: components["schemas"]["AttemptState"][];
            budget_exceeded?: components["schemas"]["Exceeded"];
            /** Format: int64 */
            call_count: number;
            /** Format: double */
            cost_usd: number;
            /** Format: int64 */
            crashes?: number;
            /** @description The same while it goes on. */
            doing?: string;
            /** Format: double */
            duration_before?: number;
            /** Format: double */
            duration_seconds: number;
            /** Format: double */
            earliest?: number;
            error?: string;
            error_code?: string;
            /** Format: int64 */
            estimated_attempts?: number;
            failed_model?: string;
            failed_provider?: string;
            fallback?: components["schemas"]["Fallback"];
            /** Format: int64 */
            fallback_count?: number;
            final_error_class: components["schemas"]["ErrorClass"] | null;
            /** Format: int64 */
            furthest?: number;
            hint?: string;
            /** Format: int64 */
            http_status?: number;
            limit?: string;
            model_used: string | null;
            models_used?: {
                [key: string]: components["schemas"]["ModelUse"];
            };
            pause_reason?: components["schemas"]["PauseReason"];
            /** Format: double */
            progress_at?: number;
            provider_code?: string;
            request_id?: string;
            reused?: string[];
            /** Format: double */
            simulated_cost_usd?: number;
            /** Format: double */
            started_at: number | null;
            status: components["schemas"]["StageStatus"];
            terminal_reason?: components["schemas"]["TerminalReason"];
            /** @description What it does. */
            title?: string;
            /** Format: int64 */
            units_done: number;
            /** Format: int64 */
            units_total: number;
            /** Format: int64 */
            unpriced_attempts?: number;
            /** Format: double */
            waiting_since?: number;
            waits?: components["schemas"]["Wait"][];
        };
        /**
         * @description Where a stage stands.
         * @enum {string}
         */
        StageStatus: "pending" | "running" | "done" | "failed" | "skipped_reused" | "paused" | "waiting" | "cancelled";
        StageWaitingEvent: {
            decision: components["schemas"]["Decision"];
            error_class?: components["schemas"]["ErrorClass"];
            error_code: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "stage_waiting";
            gives_up?: boolean;
            hint?: string;
            /** Format: int64 */
            http_status?: number | null;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            provider: string;
            provider_code?: string | null;
            reason: string;
            request_id: string | null;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
            /** Format: date-time */
            until: string;
        };
        StartPlan: {
            chains?: {
                [key: string]: string[];
            };
            /** @description If the first candidates answer everything; of a drill, what would be paid. */
            cost_usd: components["schemas"]["Range"] | null;
            /** @description The scenario by which the simulator answers. */
            drill?: string;
            /** @description On the same input in the project, newest first. */
            earlier_runs: components["schemas"]["Overview"][];
            /** @description From all answers by the cheapest candidates to all by the dearest. */
            if_any_usd: components["schemas"]["Range"] | null;
            /** @description If the last candidate of each chain answers everything. */
            if_last_usd: components["schemas"]["Range"] | null;
            input_digest: string;
            input_name: string;
            /** @description What the whole run may spend; its retries included. */
            max_cost_usd: components["schemas"]["NumberSetting"];
            /** @description What is to be known first, such as that no key is set. */
            notice?: string;
            project_id: string;
            provider_order?: string[];
            recipe_digest: string;
            recipe_id: string;
            /** @description If no attempt fails and nothing waits. */
            seconds: components["schemas"]["Range"] | null;
            /** @description In the order in which they run. */
            stages: components["schemas"]["StageForecast"][];
            /** @description Read and written, by the first candidates. */
            tokens: components["schemas"]["Range"] | null;
            /** @description A run of the same, which a start gives unless it asks for a new one. */
            under_way: string | null;
            warnings: components["schemas"]["PlanWarning"][];
            without_providers?: string[];
        };
        Started: {
            events_url: string;
            /** @description The run existed already: the request was made before, or the same run or retry is in progress. */
            existing?: boolean;
            run_id: string;
            state_url: string;
            /** @description What of the request or of the recipe has no effect; missing if all has. */
            warnings?: components["schemas"]["RequestWarning"][];
        };
        State: {
            acknowledged?: components["schemas"]["Acknowledgement"];
            candidates?: {
                [key: string]: components["schemas"]["Candidate"][];
            };
            chains?: {
                [key: string]: string[];
            };
            drill?: string;
            dry_run: boolean;
            end_at?: string;
            error?: string;
            /** Format: int64 */
            estimated_attempts?: number;
            /** Format: double */
            finished_at: number | null;
            force?: boolean;
            input_digest: string;
            input_name: string;
            instrumented: boolean;
            /** Format: int64 */
            last_seq: number;
            limit_use?: components["schemas"]["LimitUse"][];
            limits?: components["schemas"]["Limits"];
            needs?: components["schemas"]["Need"][];
            needs_you?: boolean;
            needs_you_reason?: components["schemas"]["PersonNeed"];
            next?: components["schemas"]["Next"][];
            /** Format: double */
            next_attempt_at: number | null;
            notice?: string;
            /** Format: double */
            operator_at?: number;
            parent_run_id: string | null;
            project_id: string;
            provider_order?: string[];
            providers?: components["schemas"]["ProviderStanding"][];
            recipe_digest: string;
            recipe_id: string;
            retried_by?: string;
            retry?: components["schemas"]["RetryRequested"];
            root_run_id?: string;
            run_id: string;
            runtime_params: {
                [key: string]: components["schemas"]["JSONValue"];
            };
            settings?: components["schemas"]["Settings"];
            /** Format: double */
            simulated_cost_usd?: number;
            stage_order: string[];
            stages: {
                [key: string]: components["schemas"]["StageState"];
            };
            start_from?: string;
            /** Format: double */
            started_at: number | null;
            status: components["schemas"]["RunStatus"];
            success: boolean | null;
            tokens: components["schemas"]["Tokens"];
            /** Format: double */
            total_cost_usd: number;
            /** Format: int64 */
            unpriced_attempts?: number;
            /** Format: double */
            updated_at?: number;
            wait_reason: string | null;
            without_providers?: string[];
        };
        /**
         * @description Why a retry may stop again.
         * @enum {string}
         */
        StopReason: "no_candidate" | "same_request" | "needs_person" | "same_input" | "cost_limit" | "problem";
        StopRisk: {
            detail?: string;
            error_class?: components["schemas"]["ErrorClass"];
            stage_id: string;
            why: components["schemas"]["StopReason"];
        };
        StoreInput: {
            /** @description The latest of each entity, and not of one. */
            all: boolean;
            artifact_type: string;
            key: string;
            /** @description The stage can't do without. */
            required: boolean;
        };
        /** @description The data of a frame of a stream: the greeting of a stream of topics, or an event. */
        StreamFrame: components["schemas"]["Hello"] | components["schemas"]["Event"];
        /**
         * @description Why a stage failed for good.
         * @enum {string}
         */
        TerminalReason: "non_retryable_error" | "retry_budget_exhausted_or_no_fallback" | "wait_budget_exhausted" | "cost_budget_exceeded" | "module_error" | "invalid_input" | "cancelled";
        TimeLimit: {
            /** Format: double */
            seconds: number;
            /** @description Where it is from; "configured" if cineforge.yaml sets it. */
            source: string;
        };
        TimeLimits: {
            /** @description Until it begins. */
            first_byte: components["schemas"]["TimeLimit"];
            /** @description From one piece of it to the next. */
            idle: components["schemas"]["TimeLimit"];
            /** @description As a whole; where none is set, from the first text on. */
            total: components["schemas"]["TimeLimit"];
        };
        Tokens: {
            /** Format: int64 */
            input: number;
            /** Format: int64 */
            output: number;
        };
        /**
         * @description A group of events that a stream can be about.
         * @enum {string}
         */
        Topic: "runs" | "providers" | "projects" | "inputs" | "artifacts" | "chat";
        TryNowRequestedEvent: {
            actor?: components["schemas"]["Actor"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "try_now_requested";
            /** @description What the event says, in one sentence. */
            message: string;
            reason?: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        Uncarried: {
            needs: components["schemas"]["Need"][];
            run_id: string;
        };
        UncheckedRecipe: {
            /** @description YAML. */
            source: string;
        };
        UnitDoneEvent: {
            /** Format: int64 */
            done: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "unit_done";
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /** Format: int64 */
            total: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        UnitReusedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "unit_reused";
            from_run_id: string;
            /** @description What the event says, in one sentence. */
            message: string;
            model: string;
            provider: string;
            role: components["schemas"]["Role"];
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            served_model: string;
            stage_id: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
            unit: string;
        };
        UnitsPlannedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "units_planned";
            /** @description What the event says, in one sentence. */
            message: string;
            run_id: string;
            /**
             * Format: int64
             * @description 1, 2, ... within the run, without a gap.
             */
            seq: number;
            stage_id: string;
            /** Format: int64 */
            total: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            ts: string;
        };
        Upcoming: {
            /**
             * Format: date-time
             * @description Null where it takes a person.
             */
            at: string | null;
            message: string;
            model?: string;
            provider?: string;
            run_id?: string;
            what: components["schemas"]["UpcomingKind"];
        };
        /**
         * @description What comes next.
         * @enum {string}
         */
        UpcomingKind: "probe" | "limit_ends" | "hold_ends" | "person" | "run_looks";
        Uploaded: {
            /** Format: double */
            confidence: number;
            /**
             * Format: double
             * @description Unix seconds.
             */
            created_at: number;
            digest: string;
            /** @description The project already has the file. */
            duplicate: boolean;
            encoding: string;
            /** @description Opaque, and unique in the project. */
            filename: string;
            format: string;
            /** @description What it looks like: screenplay, prose, ... */
            kind: string;
            original_name: string;
            /** Format: double */
            pages: number;
            /** @description What a first look found; null until there was one. */
            scan: components["schemas"]["InputScan"] | null;
            /**
             * Format: int64
             * @description How many scenes its headings make.
             */
            scenes: number;
            /** Format: int64 */
            size_bytes: number;
            /** @description What a run is started with as input_file; equal to filename. */
            stored_path: string;
            warnings: components["schemas"]["Warning"][];
        };
        /**
         * @description Where a value of a recipe is from.
         * @enum {string}
         */
        ValueOrigin: "default" | "recipe" | "stage" | "placeholder" | "run";
        Verdict: {
            breaker?: components["schemas"]["BreakerState"];
            detail?: string;
            model: string;
            provider: string;
            provider_breaker?: components["schemas"]["BreakerState"];
            reason: components["schemas"]["VerdictReason"];
            /** Format: date-time */
            until?: string;
        };
        /**
         * @description Why a candidate is not the one that is asked.
         * @enum {string}
         */
        VerdictReason: "held" | "gated" | "breaker_open" | "probing" | "not_configured" | "left_out" | "small_window" | "over_budget" | "refused" | "failed" | "provider_out" | "reserved" | "behind";
        Version: {
            /** @description Of the source. */
            digest: string;
            /**
             * @description What a start or a retry asks for it with.
             * @example mvp_ingest@0a1b2c3d4e5f
             */
            name: string;
            /** Format: date-time */
            saved_at: string;
        };
        Vocabulary: {
            breaker_states: {
                [key: string]: string;
            };
            /** @description Why a candidate is not asked. */
            decision_reasons: {
                [key: string]: string;
            };
            /** @description The kinds of events. */
            events: {
                [key: string]: string;
            };
            /** @description How far an artifact can be relied on. */
            healths: {
                [key: string]: string;
            };
            /** @description Why a stage paused. */
            pause_reasons: {
                [key: string]: string;
            };
            run_statuses: {
                [key: string]: string;
            };
            stage_statuses: {
                [key: string]: string;
            };
            /** @description Why a stage failed for good. */
            terminal_reasons: {
                [key: string]: string;
            };
            /** @description Why a run waits. A reason that is not listed is a sentence itself. */
            wait_reasons: {
                [key: string]: string;
            };
        };
        Wait: {
            error_class?: components["schemas"]["ErrorClass"];
            gives_up?: boolean;
            held?: string[];
            model?: string;
            provider?: string;
            providers?: string[];
            reason: string;
            retry?: boolean;
            role: components["schemas"]["Role"];
            /** Format: int64 */
            round?: number;
            /** Format: double */
            since: number;
            unit: string;
            /** Format: double */
            until: number;
        };
        WaitingRun: {
            project_id: string;
            run_id: string;
            /**
             * Format: date-time
             * @description When it began to wait without progress; null if that is not known.
             */
            since: string | null;
            /**
             * Format: date-time
             * @description When it looks again by itself; null if no time is set.
             */
            until: string | null;
        };
        Warning: {
            /** Format: int64 */
            line: number;
            message: string;
        };
        WarningData: {
            /** Format: int64 */
            line: number;
            message: string;
        };
        /**
         * @description What a warning is about.
         * @enum {string}
         */
        WarningSubject: "recipe" | "input" | "models" | "cost";
        WordSetting: {
            source: components["schemas"]["LimitSource"];
            value: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    changelog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changelog. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    doctor: {
        parameters: {
            query?: {
                /** @description Also try the base URLs that are set, which takes some seconds. No key is sent, and no model asked. */
                reach?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Check"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drills: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drill"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description What the events are about, with commas between: runs, providers, projects, inputs, artifacts, chat. */
                topics?: string;
                /** @description Only events of these names, with commas between. */
                kinds?: string;
                /** @description Only events of these runs: ids with commas between. */
                runs?: string;
                /** @description Only events of this project. */
                project?: string;
                /** @description Begin behind this position; 0 is the beginning of the log. */
                after?: number;
                /** @description How many at the most; 500 if it is missing. */
                limit?: number;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, in the order in which they were stored. */
            200: {
                headers: {
                    /** @description The member position of the JSON form: where the next page begins. */
                    "Cineforge-Position"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsPage"];
                    "application/x-ndjson": string;
                };
            };
            /** @description Nothing has happened since. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                /** @description What the events are about, with commas between: runs, providers, projects, inputs, artifacts, chat. */
                topics?: string;
                /** @description Only events of these names, with commas between. */
                kinds?: string;
                /** @description Only events of these runs: ids with commas between. */
                runs?: string;
                /** @description Only events of this project. */
                project?: string;
                /** @description With 1, each event has only the members that lists show. */
                brief?: string;
                /** @description The same, for clients that can't set the header. */
                after?: number;
            };
            header?: {
                /** @description Begin behind this event; without it, with what happens from now on. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream without end. With topics its first frame is {"event":"hello"}, which has no id; without, it has only events of runs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    failures: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureClass"][];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerHealth"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    incident: {
        parameters: {
            query?: {
                /** @description RFC 3339, or how long ago; by default when the trouble began. */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    limits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerLimits"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
                "application/x-www-form-urlencoded": {
                    /** @description The path that the answer leads to; / if it is left out. */
                    to?: string;
                    token?: string;
                };
            };
        };
        responses: {
            /** @description The session that was opened, in answer to JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The session was opened, in answer to a form. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html": string;
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: {
                /** @description 1 ends all sessions, also those of others; a form can say it too. */
                all?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": {
                    all?: string;
                };
            };
        };
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    models: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownModel"][];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    modules: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Module"][];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    newProject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProject"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openProject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenProject"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewSlug: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlugRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlugProposal"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quickScan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description A slug and a name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlugProposal"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recentProjects: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecentProject"][];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    artifacts: {
        parameters: {
            query?: {
                /** @description json (the default) is the list, ndjson one whole artifact a line, which Accept: application/x-ndjson asks for too. */
                format?: "json" | "ndjson";
                /** @description Only artifacts of these types, separated by commas. */
                type?: string;
                /** @description Only these entities, separated by commas. */
                entity?: string;
                /** @description false: the lines of the latest versions, in place of the current ones. A person's edit stays current when a run makes a later version. */
                current?: boolean;
                /** @description true: also what nothing names any more, such as scenes that the current scene_index does not list. */
                superseded?: boolean;
            };
            header?: {
                /** @description Of the list, not of the lines. */
                "If-None-Match"?: string;
            };
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The artifacts, by type and entity. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactSummary"][];
                    "application/x-ndjson": string;
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    artifactVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
                artifact_type: string;
                entity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmArtifact: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that it is meant for; 412 if another is current. */
                "If-Match"?: string;
            };
            path: {
                project_id: string;
                artifact_type: string;
                entity_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Edited"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editArtifact: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that it is meant for; 412 if another is current. */
                "If-Match"?: string;
            };
            path: {
                project_id: string;
                artifact_type: string;
                entity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Edit"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Edited"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreArtifact: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the version that it is meant for; 412 if another is current. */
                "If-Match"?: string;
            };
            path: {
                project_id: string;
                artifact_type: string;
                entity_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Restoration"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Edited"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    artifact: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                project_id: string;
                artifact_type: string;
                entity_id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactDetail"];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Message"];
            };
        };
        responses: {
            /** @description The message as it is kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chatInsight: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InsightRequest"];
            };
        };
        responses: {
            /** @description Server-sent events; the data of each is such a chunk, and the last is of type done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chatStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatRequest"];
            };
        };
        responses: {
            /** @description Server-sent events; the data of each is such a chunk, and the last is of type done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportProject: {
        parameters: {
            query?: {
                /** @description files (the default): a zip archive; fountain: the canonical script, byte for byte; fdx: the same as Final Draft XML; json: script, scenes and configuration as one document; csv: the scenes as a table. */
                format?: "files" | "fountain" | "fdx" | "json" | "csv";
            };
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export, with a name for its file in Content-Disposition. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportedDocument"];
                    "application/xml": string;
                    "application/zip": string;
                    "text/csv": string;
                    "text/plain": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listInputs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Input"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description The file, and what a first look into it shows. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploaded"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewInput: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
                filename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteInput: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
                filename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inputScenes: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                project_id: string;
                filename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InputScenes"];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    projectRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search: {
        parameters: {
            query?: {
                q?: string;
            };
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResult"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    providers: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"][];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    providerEvents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description Only entries before this id: the next page. */
                before?: number;
                /** @description Only entries after this id: what is new. */
                after?: number;
                provider?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderEvent"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    providersHistory: {
        parameters: {
            query?: {
                /** @description How long before now it begins, up to 744h; 1h by default. */
                window?: string;
                /** @description How long each part is, in whole seconds; there are at most 500. */
                bucket?: string;
                /** @description The tries of drills instead of those of real runs. */
                drill?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    providerHistory: {
        parameters: {
            query?: {
                /** @description How long before now it begins, up to 744h; 1h by default. */
                window?: string;
                /** @description How long each part is, in whole seconds; there are at most 500. */
                bucket?: string;
                /** @description The tries of drills instead of those of real runs. */
                drill?: boolean;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    holdProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Hold"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    probeProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A provider, PROVIDER:MODEL, or the variable of a key, such as ANTHROPIC_API_KEY. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Released"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerHealth"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recipes: {
        parameters: {
            query?: {
                /** @description List the versions of each, too. */
                versions?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recipe"][];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saveRecipe: {
        parameters: {
            query?: never;
            header?: {
                /** @description As a recipe: the tag of the one in the data directory that it replaces. */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecipeSource"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedRecipe"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validateRecipe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UncheckedRecipe"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecipeCheck"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recipe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The recipe's id, or the name of a version. */
                recipe_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecipeDetail"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: {
                project?: string;
                /** @description Only those that need a person. */
                needs_you?: boolean;
                /** @description true for drills only, false for none, or the scenario of drills, by id or name. */
                drill?: string;
                /** @description The next_cursor of the page before. */
                cursor?: string;
                limit?: number;
                /** @description Also several. */
                status?: components["schemas"]["RunStatus"][] | null;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsPage"];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    planRun: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartPlan"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the same run, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledgeRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runAttempts: {
        parameters: {
            query?: {
                stage?: string;
                unit?: string;
                status?: components["schemas"]["AttemptStatus"];
                /** @description The next_cursor of the page before. */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttemptsPage"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runEvents: {
        parameters: {
            query?: {
                /** @description json (the default), or ndjson: a file with one event a line, without limit all of them. Accept: application/x-ndjson asks for lines too, up to 10,000. */
                format?: "json" | "ndjson";
                /** @description Begin behind the event of this seq. */
                after?: number;
                /** @description How many at the most; all, up to 10,000. */
                limit?: number;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, in order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunEvents"];
                    "application/x-ndjson": string;
                };
            };
            /** @description Nothing has happened since. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runStream: {
        parameters: {
            query?: {
                /** @description The same, for clients that can't set the header. */
                after?: number;
            };
            header?: {
                /** @description Start after this event. */
                "Last-Event-ID"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream that ends behind the run's last event. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run is over, and nothing follows. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportRun: {
        parameters: {
            query?: {
                /** @description files (the default): a zip archive; fountain: the canonical script, byte for byte; fdx: the same as Final Draft XML; json: script, scenes and configuration as one document; csv: the scenes as a table. */
                format?: "files" | "fountain" | "fdx" | "json" | "csv";
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export, with a name for its file in Content-Disposition. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportedDocument"];
                    "application/xml": string;
                    "application/zip": string;
                    "text/csv": string;
                    "text/plain": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runRecipe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecipeDetail"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ResumeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the same run, however often it is sent. */
                "Idempotency-Key"?: string;
                /** @description The ETag of the retry plan; the retry is refused if the plan is another one now. */
                "If-Match"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryFailedStage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the same run, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryFailedRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryPlan: {
        parameters: {
            query?: {
                from?: string;
                full?: boolean;
                /** @description pinned, current, a recipe's id, or the name of a version. */
                recipe?: string;
                max_cost_usd?: number;
                max_wait_seconds?: number;
                /** @description Build on what is current in the project. */
                newest?: boolean;
                /** @description The chain of a stage, as STAGE=MODEL,MODEL; once for each stage. */
                chain?: string[] | null;
                /** @description As in the request of a retry, with commas. */
                provider_order?: string[] | null;
                /** @description The same. */
                without_providers?: string[] | null;
                on_exhausted?: "fail" | "pause";
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetryPlan"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runState: {
        parameters: {
            query?: {
                /** @description Leave the attempts out, which are listed by /runs/{run_id}/attempts. */
                brief?: boolean;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunState"];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tryNow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Act"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    words: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Vocabulary"];
                };
            };
            /** @description It is what the client has. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Misdirected Request */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
