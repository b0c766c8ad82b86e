import { channelRepository, completeImage, formatImage, isImageOf, parseImage } from "./image.ts";
import type { Channel, LocatedImage } from "./image.ts";

/** What an environment's configuration says about images. */
export interface ImageSelection {
  readonly registry: string;
  readonly organization: string;
  readonly channel: Channel;
  /** The app that a plain `image` means. */
  readonly app?: string | undefined;
  /** One image, of any app. */
  readonly image?: string | undefined;
  /** App to image. */
  readonly images: Readonly<Record<string, string>>;
  /** App to its image's name without channel, tag and registry (`jobrunner`, or a whole one: `quay.io/other/jobrunner`) and its own channel. */
  readonly apps: Readonly<
    Record<string, { readonly image?: string | undefined; readonly channel?: Channel | undefined }>
  >;
}

/** The image that one app is to run. */
export interface AppImage {
  /** As the configuration has it; `latest` where it has none. */
  readonly written: string;
  readonly reference: LocatedImage;
}

/** What `selectImages` finds: an image an app, or what is wrong, each with its configuration key. */
export interface SelectedImages {
  readonly images: ReadonlyMap<string, AppImage>;
  readonly problems: readonly { readonly key: string; readonly message: string }[];
}

const defaultImage = "latest";

/**
 * Finds each app's image: `images.<app>`, or `image` where it means that app, else `latest` of the channel.
 * Pure; looks nothing up in a registry.
 */
export function selectImages(selection: ImageSelection): SelectedImages {
  const problems: { key: string; message: string }[] = [];
  const apps = Object.keys(selection.apps);
  const known = apps.length === 0 ? "there are no apps" : `the apps are ${apps.join(", ")}`;
  const written = new Map<string, { key: string; text: string }>();

  const own = new Map<string, LocatedImage>();
  for (const app of apps) {
    try {
      own.set(app, appRepository(selection, app));
    } catch (error) {
      problems.push({ key: `apps.${app}.image`, message: messageOf(error) });
    }
  }
  for (const [app, text] of Object.entries(selection.images)) {
    if (Object.hasOwn(selection.apps, app)) written.set(app, { key: `images.${app}`, text });
    else problems.push({ key: `images.${app}`, message: `names the app "${app}", which is not there; ${known}` });
  }
  if (selection.app !== undefined && !Object.hasOwn(selection.apps, selection.app))
    problems.push({ key: "app", message: `names the app "${selection.app}", which is not there; ${known}` });
  else if (selection.image !== undefined) {
    const target = targetOfImage(selection, own, selection.image);
    if ("problem" in target) problems.push({ key: "image", message: target.problem });
    else if (written.has(target.app))
      problems.push({
        key: "image",
        message: `is for the app "${target.app}", and so is images.${target.app}: keep one, as in: pulumi config rm --path images.${target.app}`,
      });
    else written.set(target.app, { key: "image", text: selection.image });
  }

  const images = new Map<string, AppImage>();
  for (const [app, repository] of own) {
    const { key, text } = written.get(app) ?? { key: `images.${app}`, text: defaultImage };
    try {
      images.set(app, { written: text, reference: locate(selection, app, repository, text) });
    } catch (error) {
      problems.push({ key, message: messageOf(error) });
    }
  }
  return { images, problems };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The app that `image` means: the one whose image it names, else `app`, else the only one. */
function targetOfImage(
  selection: ImageSelection,
  repositories: ReadonlyMap<string, LocatedImage>,
  text: string,
): { app: string } | { problem: string } {
  const apps = Object.keys(selection.apps);
  let repository: string | undefined;
  try {
    repository = parseImage(text).repository;
  } catch (error) {
    return { problem: messageOf(error) };
  }
  if (repository !== undefined) {
    const own = [...repositories].filter(([, of]) => isOwnImage(of, text)).map(([app]) => app);
    if (own.length === 1 && own[0] !== undefined) return { app: own[0] };
    if (own.length > 1 && selection.app !== undefined && own.includes(selection.app)) return { app: selection.app };
    return {
      problem:
        own.length === 0
          ? `"${text}" is the image of none of the apps ${apps.join(", ")}; to give an app a foreign image: pulumi config set --path images.APP ${text}`
          : `"${text}" is the image of ${own.join(" and ")}; say which: pulumi config set --path images.APP ${text}`,
    };
  }
  if (selection.app !== undefined) return { app: selection.app };
  if (apps.length === 1 && apps[0] !== undefined) return { app: apps[0] };
  return {
    problem: `is "${text}", and there are ${String(apps.length)} apps; say which: pulumi config set app APP, or pulumi config set --path images.APP ${text}`,
  };
}

/**
 * Where an app's image is: its configured name, completed by the environment's registry and organization.
 *
 * @throws Error for a name that no image can have
 */
function appRepository(selection: ImageSelection, app: string): LocatedImage {
  const { registry, repository } = parseImage(`${selection.apps[app]?.image ?? app}:${defaultImage}`);
  const name = repository ?? app;
  return {
    registry: registry ?? selection.registry,
    repository: name.includes("/") ? name : `${selection.organization}/${name}`,
  };
}

function isOwnImage(own: LocatedImage, text: string): boolean {
  const { registry, repository } = completeImage(parseImage(text), own);
  return registry === own.registry && isImageOf(repository, own.repository);
}

function locate(selection: ImageSelection, app: string, own: LocatedImage, text: string): LocatedImage {
  const reference = parseImage(text);
  const channel = selection.apps[app]?.channel ?? selection.channel;
  const located =
    reference.repository === undefined
      ? { ...reference, registry: own.registry, repository: channelRepository(own.repository, channel) }
      : completeImage(reference, own);
  const isShort = reference.repository !== undefined && !reference.repository.includes("/");
  if (isShort && !isImageOf(located.repository, own.repository))
    throw new Error(
      `"${text}" is not an image of the app "${app}", whose images are ${own.repository} and ${channelRepository(own.repository, "develop")}; a foreign image is written in full, as in ${formatImage(located)}`,
    );
  // What was added may have made the name too long.
  parseImage(formatImage(located));
  return located;
}
