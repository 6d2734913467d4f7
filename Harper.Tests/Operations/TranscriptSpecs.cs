using System.Text;
using System.Text.Json;
using Harper.Actors.Operations.Schema;
using Harper.Host.Schema;
using Harper.Tests.Support;
using Harper.Tests.Support.Transcripts;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>
/// Proves R-OPS, R-SCH, R-DAT and R-SRC against what the original was heard to answer, word for word: the recorded requests of one node, replayed against the
/// operations without processes. What differs is exactly what the checked-in list says.
/// </summary>
public sealed class TranscriptSpecs
{
    [Fact]
    public async Task The_operations_should_answer_as_the_original_did()
    {
        using var node = new OperationNode();
        var components = Directory.CreateTempSubdirectory("harper-components-");
        Directory.CreateDirectory(Path.Combine(components.FullName, "app"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Transcripts", "schema.graphql"), Path.Combine(components.FullName, "app", "schema.graphql"));
        await new ComponentSchemas(new GraphQlSchemaReader(), node.Databases, NullLogger<ComponentSchemas>.Instance)
            .ApplyAsync(components.FullName, TestContext.Current.CancellationToken);
        components.Delete(recursive: true);

        var served = node.Dispatcher.Catalog.Names.ToHashSet(StringComparer.Ordinal);
        var replay = new TranscriptReplay((entry, body, _) => SendAsync(node, body));
        var replayed = new HashSet<string>(StringComparer.Ordinal);
        // Bulk loads, which others serve, stand between the last inserts and these readings.
        string[] others = ["everything on origin"];
        foreach (var entry in ((string[])["schema", "data", "errors"]).SelectMany(TranscriptEntry.Load))
        {
            if (entry.Node != "a" || entry.Method != "POST" || entry.Auth is null || others.Contains(entry.Name)) continue;
            if (entry.RequestHeaders.Count > 0 || entry.Auth.EndsWith("wrong", StringComparison.Ordinal) || entry.Auth.Contains("nobody", StringComparison.Ordinal)) continue;
            if (entry.Operation is { } operation && (!served.Contains(operation) && operation != "frobnicate")) continue;
            if (entry.Body?.ToJsonString().Contains("\"replicated\"", StringComparison.Ordinal) == true) continue;
            replayed.Add(TranscriptReplay.Id(entry));
            await replay.ReplayAsync(entry with { ResponseHeaders = [] }, TestContext.Current.CancellationToken);
        }
        Assert.InRange(replayed.Count, 60, 100);
        ExpectedMismatches.Check(replay.Mismatches, replayed);
    }

    private static async Task<ReplayedAnswer> SendAsync(OperationNode node, string? body)
    {
        var answer = await node.Dispatcher.RunAsync(
            Encoding.UTF8.GetBytes(body ?? ""), OperationNode.Admin, Harper.Actors.Operations.CallOrigin.Http, TestContext.Current.CancellationToken);
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream)) await answer.WriteToAsync(writer, TestContext.Current.CancellationToken);
        return new ReplayedAnswer(answer.Status, _ => null, ReplayedAnswer.ParseBody(Encoding.UTF8.GetString(stream.ToArray())));
    }
}
