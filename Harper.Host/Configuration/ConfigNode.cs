using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>
/// A value as written, before anything knows its type. Scalars keep their text, because <c>17690706</c> may be a number or a serial and
/// only the key can tell.
/// </summary>
internal abstract record ConfigNode
{
    /// <param name="Quoted">True: written in quotes, or a JSON string; it is text whatever it looks like.</param>
    internal sealed record Scalar(string Text, bool Quoted = false) : ConfigNode
    {
        public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";
    }

    internal sealed record List(ImmutableArray<ConfigNode> Items) : ConfigNode;

    /// <summary>Entries in the order written; a later entry of the same name has replaced the earlier one.</summary>
    internal sealed record Map(ImmutableArray<KeyValuePair<string, ConfigNode>> Entries) : ConfigNode
    {
        public static readonly Map Empty = new([]);

        public ConfigNode? Find(string name)
        {
            foreach (var entry in Entries)
                if (entry.Key == name) return entry.Value;
            return null;
        }

        public Map With(string name, ConfigNode value)
        {
            for (var i = 0; i < Entries.Length; i++)
                if (Entries[i].Key == name) return new Map(Entries.SetItem(i, new(name, value)));
            return new Map(Entries.Add(new(name, value)));
        }

        public Map Without(string name) => new(Entries.RemoveAll(entry => entry.Key == name));
    }

    public static readonly Scalar Null = new("null");

    public bool IsNullScalar => this is Scalar { IsNull: true };

    /// <summary>The value at a dotted path, or null when a part of it is missing.</summary>
    public ConfigNode? At(ReadOnlySpan<string> path)
    {
        var node = this;
        foreach (var part in path)
        {
            if (node is not Map map || map.Find(part) is not { } next) return null;
            node = next;
        }
        return node;
    }

    /// <summary>The map with a value put at a path; maps on the way are made, anything else on the way is replaced.</summary>
    public static Map Put(ConfigNode? root, ReadOnlySpan<string> path, ConfigNode value)
    {
        var map = root as Map ?? Map.Empty;
        return map.With(path[0], path.Length == 1 ? value : Put(map.Find(path[0]), path[1..], value));
    }

    /// <summary>The map without the value at a path.</summary>
    public static Map Remove(Map root, ReadOnlySpan<string> path)
    {
        if (path.Length == 1) return root.Without(path[0]);
        return root.Find(path[0]) is Map inner ? root.With(path[0], Remove(inner, path[1..])) : root;
    }

    /// <summary>Whether the two say the same in the same order.</summary>
    public static bool Same(ConfigNode? left, ConfigNode? right) => (left, right) switch
    {
        (Scalar one, Scalar other) => one.Text == other.Text,
        (List one, List other) => one.Items.SequenceEqual(other.Items, SameComparer.Instance),
        (Map one, Map other) => one.Entries.Length == other.Entries.Length
            && one.Entries.Zip(other.Entries).All(pair => pair.First.Key == pair.Second.Key && Same(pair.First.Value, pair.Second.Value)),
        _ => left is null && right is null,
    };

    private sealed class SameComparer : IEqualityComparer<ConfigNode>
    {
        public static readonly SameComparer Instance = new();

        public bool Equals(ConfigNode? left, ConfigNode? right) => Same(left, right);

        public int GetHashCode(ConfigNode node) => 0;
    }

    /// <summary>The value on one line, for messages.</summary>
    public string Display() => this switch
    {
        Scalar scalar when SecretKeys.IsPrivateKey(scalar.Text) => SecretKeys.Redacted,
        Scalar { Quoted: true } scalar => '"' + scalar.Text + '"',
        Scalar scalar => scalar.Text.Length == 0 ? "(empty)" : scalar.Text,
        List list => "[" + string.Join(", ", list.Items.Select(item => item.Display())) + "]",
        Map map => "{" + string.Join(", ", map.Entries.Select(entry => entry.Key + ": " + entry.Value.Display())) + "}",
        _ => "",
    };
}
