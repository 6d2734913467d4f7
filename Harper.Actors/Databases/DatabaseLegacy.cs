namespace Harper.Actors.Databases;

/// <summary>The files of a database that was set aside, from which the one in its place takes what stays local.</summary>
/// <param name="Replicates">Tables that do not say otherwise are replicated.</param>
internal sealed record DatabaseLegacy(string Folder, bool Replicates);
