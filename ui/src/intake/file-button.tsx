import type { ReactNode } from "react";
import { Icon, type IconName } from "~/design/icon";
import { intake as text } from "~/text/intake";
import { useIntake, type Target } from "./intake";

/** A button that chooses a script and takes it in: the same as to drop it. */
export function FileButton({
  target = null,
  look,
  small,
  icon,
  children = text.choose,
}: {
  target?: Target;
  look?: "primary" | "plain";
  small?: boolean;
  icon?: IconName;
  children?: ReactNode;
}) {
  const { take } = useIntake();
  return (
    <label className={["btn", look, small && "sm"].filter(Boolean).join(" ")}>
      {icon && <Icon name={icon} />}
      {children}
      <input
        className="vh"
        type="file"
        multiple
        onChange={(e) => {
          take([...(e.target.files ?? [])], target);
          e.target.value = ""; // the same file can be chosen again
        }}
      />
    </label>
  );
}
