using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Transactions;

namespace Harper.Core.Operations.Writes;

/// <summary>One step of a transaction.</summary>
public sealed record TransactionStep(string Operation, WriteArguments Arguments);

/// <summary>Several writes to several tables of one database (R-TXN-20). Every step is parsed before the first is prepared.</summary>
public sealed record TransactionArguments(DatabaseName Database, ImmutableArray<TransactionStep> Steps)
{
    public ConfirmationWish Confirmation { get; init; }

    public static TransactionArguments Parse(OperationFields fields)
    {
        var check = new FieldCheck(fields);
        var database = check.Database();
        if (fields.Raw("operations") is not { } operations) check.Problem("'operations' is required");
        else if (operations.Span[0] != (byte)'[') check.Problem("'operations' must be an array");
        WriteArguments.RefuseUnserved(fields);
        var confirmation = ConfirmationWish.Parse(check, fields);
        check.Throw();
        return new TransactionArguments(new DatabaseName(database), ReadSteps(fields.Raw("operations")!.Value, database)) { Confirmation = confirmation };
    }

    /// <summary>Names the step in an error, so that a caller of many knows which.</summary>
    public static OperationError AtStep(int index, OperationError error) =>
        new(error.Status, $"operations[{index}]: {error.Message}") { RetryAfterSeconds = error.RetryAfterSeconds };

    private static ImmutableArray<TransactionStep> ReadSteps(ReadOnlyMemory<byte> operations, string database)
    {
        var steps = ImmutableArray.CreateBuilder<TransactionStep>();
        var json = new Utf8JsonReader(operations.Span, new JsonReaderOptions { MaxDepth = OperationEnvelope.MaxDepth });
        json.Read();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)json.TokenStartIndex;
            json.Skip();
            try
            {
                steps.Add(ReadStep(operations[start..(int)json.BytesConsumed], database));
            }
            catch (OperationError error)
            {
                throw AtStep(steps.Count, error);
            }
        }
        if (steps.Count == 0) throw OperationError.Bad("'operations' must contain at least 1 items");
        return steps.ToImmutable();
    }

    private static TransactionStep ReadStep(ReadOnlyMemory<byte> json, string database)
    {
        var fields = OperationFields.ParseObject(json);
        var operation = fields.Text("operation");
        var mode = operation switch
        {
            "insert" => WriteMode.Insert,
            "update" => WriteMode.Update,
            "upsert" => WriteMode.Upsert,
            "delete" => WriteMode.Delete,
            null => throw OperationError.Bad("'operation' is required"),
            _ => throw OperationError.Bad($"'{operation}' cannot be part of a transaction: use insert, update, upsert or delete"),
        };
        if (fields.Has("database") && fields.Text("database") != database)
            throw OperationError.Bad($"a transaction stays in one database, and this one is in '{database}'");
        var arguments = WriteArguments.Parse(fields, mode);
        if (arguments.Confirmation.Nodes > 0) throw OperationError.Bad("'replicatedConfirmation' belongs beside 'operations': a transaction is confirmed as a whole");
        return new TransactionStep(operation, arguments with { Database = new DatabaseName(database) });
    }
}
