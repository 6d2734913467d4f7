using Harper.Tests.Support.Transcripts;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-OPS, R-SCH, R-DAT, R-SRC, R-JOB, R-USR, R-CLU and R-MON against the recorded cluster: every request in its order, sent to three processes. What differs is
/// exactly what <c>Transcripts/expected-mismatches.json</c> says.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class RecordedClusterSpecs
{
    [Fact]
    public async Task A_cluster_should_answer_as_the_recorded_one_did()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = new RecordedCluster($"127.0.{100 + (Environment.ProcessId % 100)}");
        var replay = new TranscriptReplay(cluster.SendAsync);
        foreach (var (from, to) in cluster.Names) replay.Names[from] = to;
        await cluster.StartAsync("a", cancellation);
        await cluster.StartAsync("b", cancellation);
        var replayed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in ((string[])["schema", "data", "errors", "security", "cluster"]).SelectMany(TranscriptEntry.Load))
        {
            if (IsAboutCertificates(entry)) continue;
            // What the people who recorded did between the requests.
            if (entry.Name == "cluster_status alone") await cluster.StartAsync("c", cancellation);
            if (entry.Name == "cluster_status b down (1.5 s) on a") await cluster.KillAsync("b");
            if (entry.Name == "record visible on b after restart") await cluster.StartAsync("b", cancellation);
            replayed.Add(TranscriptReplay.Id(entry));
            await replay.ReplayAsync(entry with { Answer = CertificateTexts.Neutral(entry.Answer) }, cancellation);
        }
        ExpectedMismatches.Check(replay.Mismatches, replayed);
    }

    /// <summary>What is asked about certificates goes to nodes with TLS in a replay of its own; here they stand in the records only.</summary>
    private static bool IsAboutCertificates(TranscriptEntry entry) =>
        entry.Transcript == "security" && entry.Body?.ToJsonString().Contains("certificate", StringComparison.Ordinal) is true;
}
