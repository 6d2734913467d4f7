using System.Collections.Frozen;

namespace Harper.Core.Permissions;

/// <summary>What a role may do with one table.</summary>
/// <param name="Attributes">Null: every attribute as the table. Otherwise only those named, each with its own grants, and the key (operations API 14).</param>
public sealed record TablePermission(Grants Granted, FrozenDictionary<string, Grants>? Attributes)
{
    public static readonly TablePermission Nothing = new(Grants.None, null);

    public static readonly TablePermission Everything = new(Grants.All, null);

    /// <summary>A table that a role may do nothing with does not exist for it.</summary>
    public bool Visible => Granted != Grants.None;

    /// <summary>What of <paramref name="needed"/> is not granted on an attribute. The key follows the table: without it no record could be named.</summary>
    public Grants Missing(string attribute, bool isKey, Grants needed) =>
        Attributes is null || isKey ? Grants.None : needed & ~Attributes.GetValueOrDefault(attribute);

    /// <summary>An attribute that is not listed does not exist for this role.</summary>
    public bool Knows(string attribute, bool isKey) => Attributes is null || isKey || Attributes.ContainsKey(attribute);

    public bool MayRead(string attribute, bool isKey) => Missing(attribute, isKey, Grants.Read) == Grants.None;
}
