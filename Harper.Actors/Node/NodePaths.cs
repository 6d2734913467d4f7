namespace Harper.Actors.Node;

/// <summary>Names of the actors below /user, in one place. Names that come from outside are escaped for a path.</summary>
public static class NodePaths
{
    public const string Node = "node";
    public const string Certificates = "certificates";
    public const string Databases = "databases";
    public const string Tables = "tables";
    public const string Commit = "commit";
    public const string Log = "log";
    public const string Membership = "membership";
    public const string Peers = "peers";
    public const string Control = "control";
    public const string Jobs = "jobs";
    public const string Admin = "admin";

    /// <summary>A database's, table's or node's name as an actor name.</summary>
    public static string Escape(string name) => Uri.EscapeDataString(name) is var escaped && escaped.StartsWith('$') ? "%24" + escaped[1..] : escaped;

    /// <summary>What <see cref="Escape"/> was given.</summary>
    public static string Unescape(string name) => Uri.UnescapeDataString(name);
}
