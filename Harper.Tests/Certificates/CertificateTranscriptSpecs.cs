using System.Text.Json.Nodes;
using Harper.Tests.Support;
using Harper.Tests.Support.Transcripts;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>
/// Proves R-CRT-07, R-INS-03, 04, R-MON-04 (<c>ca_info</c>) and the answers of secure introductions against what two originals were heard to answer, word for word; PEM texts, serial
/// numbers and times differ in every run.
/// </summary>
public sealed class CertificateTranscriptSpecs
{
    [Fact]
    public async Task Two_secure_nodes_should_answer_as_the_recorded_originals_did()
    {
        await using var ta = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.32.5") { Secure = new SecureNode() });
        await using var tb = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.32.6") { Secure = new SecureNode() });
        var replay = new TranscriptReplay(async (entry, body, _) =>
        {
            var (status, answer) = await (entry.Node == "ta" ? ta : tb).TryCallAsync(body!);
            return new ReplayedAnswer(status, _ => null, CertificateTexts.Neutral(JsonNode.Parse(answer.GetRawText())));
        });
        replay.Names["127.0.0.5"] = ta.Name;
        replay.Names["127.0.0.6"] = tb.Name;
        var replayed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in TranscriptEntry.Load("tls"))
        {
            replayed.Add(TranscriptReplay.Id(entry));
            await replay.ReplayAsync(entry with { ResponseHeaders = [], Answer = CertificateTexts.Neutral(entry.Answer) }, TestContext.Current.CancellationToken);
        }
        Assert.Equal(16, replayed.Count);
        ExpectedMismatches.Check(replay.Mismatches, replayed);
    }
}
