namespace Harper.Core.Operations.Writes;

/// <summary>What a write says of being waited for: <c>replicatedConfirmation</c>, and for how long at most.</summary>
/// <param name="Nodes">Distinct other nodes that must have it; 0: nobody is waited for.</param>
/// <param name="Timeout">Null: as long as an operation may take.</param>
public readonly record struct ConfirmationWish(int Nodes, TimeSpan? Timeout)
{
    private const int MaxNodes = 10_000;

    public static ConfirmationWish Parse(FieldCheck check, OperationFields fields)
    {
        var nodes = Whole(check, fields, "replicatedConfirmation", MaxNodes);
        var timeout = Whole(check, fields, "replicatedConfirmationTimeout", int.MaxValue);
        return new ConfirmationWish(nodes ?? 0, timeout is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null);
    }

    private static int? Whole(FieldCheck check, OperationFields fields, string name, int most)
    {
        if (!fields.Has(name) || fields.IsNull(name)) return null;
        if (fields.Number(name) is { } number && number >= 0 && number <= most && Math.Floor(number) == number) return (int)number;
        check.Problem($"'{name}' must be a whole number from 0 to {most}");
        return null;
    }
}
