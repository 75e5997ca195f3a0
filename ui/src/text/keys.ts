/** What each key does, for the help sheet. Digits and letters work where no field has the focus. */
export const keys = {
  title: "Keys",
  then: "then",
  or: "or",
  groups: [
    {
      name: "Everywhere",
      keys: [
        { keys: ["g", "h"], does: "Home" },
        { keys: ["g", "p"], does: "Providers" },
        { keys: ["g", "i"], does: "Incident" },
        { keys: ["g", "d"], does: "Drills" },
        { keys: ["g", "r"], does: "Recipes" },
        { keys: ["g", "s"], does: "Settings" },
        { keys: ["n"], does: "New run" },
        { keys: ["/"], does: "Search or filter" },
        { keys: ["Esc"], does: "Close" },
        { keys: ["?"], does: "This sheet" },
      ],
    },
    {
      name: "In a run",
      keys: [
        { keys: ["j", "k"], does: "Next and previous row" },
        { keys: ["h", "l"], does: "Previous and next try" },
        { keys: ["Enter"], does: "Show or hide the detail" },
        { keys: ["t"], does: "Try now" },
        { keys: ["r"], does: "Retry Failed Stage, or Resume" },
        { keys: ["1", "2", "3"], does: "First, second, third tab" },
      ],
    },
  ],
};
