namespace Harper.Core.Identity;

/// <summary>The name of a node: the host part of its replication URL, its key in hdb_nodes, its certificate's CN. Compared ordinally.</summary>
public readonly record struct NodeName(string Value) : IComparable<NodeName>
{
    /// <summary>Ordinal, by UTF-16 unit: the order in which equal versions are decided on every node (rule 1).</summary>
    public int CompareTo(NodeName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>The name of a database. <c>system</c> is the control plane.</summary>
public readonly record struct DatabaseName(string Value)
{
    public static readonly DatabaseName System = new("system");
    public static readonly DatabaseName Data = new("data");

    public bool IsSystem => Value == "system";

    public override string ToString() => Value;
}

/// <summary>The name of a table within its database.</summary>
public readonly record struct TableName(string Value)
{
    public override string ToString() => Value;
}
