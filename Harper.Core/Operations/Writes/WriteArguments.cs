using Harper.Core.Identity;
using Harper.Core.Transactions;

namespace Harper.Core.Operations.Writes;

/// <summary>What insert, update, upsert and delete are given: the table and a slice of the body with the records or the keys.</summary>
/// <param name="Items">The JSON of <c>records</c>, or of <c>ids</c> for a delete.</param>
public sealed record WriteArguments(DatabaseName Database, TableName Table, WriteMode Mode, ReadOnlyMemory<byte> Items, double? ExpiresAt)
{
    public ConfirmationWish Confirmation { get; init; }

    public static WriteArguments Parse(OperationFields fields, WriteMode mode)
    {
        var check = new FieldCheck(fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        var (name, label) = mode == WriteMode.Delete ? ("ids", "hash_values") : ("records", "records");
        if (fields.Raw(name) is not { } items) check.Problem($"'{label}' is required");
        else if (items.Span[0] != (byte)'[') check.Problem(label == name ? $"'{label}' must be an array" : $"'{label}' must be an array. '{name}' must be an array");
        RefuseUnserved(fields);
        var confirmation = ConfirmationWish.Parse(check, fields);
        check.Throw();
        return new WriteArguments(
            new DatabaseName(database), new TableName(table), mode, fields.Raw(name)!.Value, fields.Number("expiresAt"))
        {
            Confirmation = confirmation,
        };
    }

    /// <summary>A flag that asks for copies to be placed is never taken and then ignored (D48).</summary>
    internal static void RefuseUnserved(OperationFields fields)
    {
        const string name = "replicateTo";
        if (fields.Has(name) && !fields.IsNull(name) && fields.Number(name) is not 0)
            throw OperationError.Bad($"'{name}' is not served by this node: leave it out, and the write is sent to every node");
    }
}
