/** Texts of how a project gets another name. */
export const rename = {
  name: "Name of the project",
  save: "Save",
  notSaved: "The name could not be saved",
};
