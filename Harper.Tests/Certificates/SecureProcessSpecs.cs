using System.Security.Cryptography.X509Certificates;
using System.Text;
using Harper.Host.CommandLine;
using Harper.Tests.Cluster;
using Harper.Tests.Interop;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>
/// Processes as an operator starts them, with no replication port configured: secured by default, and a cluster by one call (R-CFG-16, R-P2P-05, R-SEC-11, 12, R-XGN-05, 06),
/// beside an original as well: we are signed by it, it is signed by us (R-XGN-03, 04, R-GOS-09).
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class SecureProcessSpecs : IAsyncDisposable
{
    private const string Secret = "Only-Once-7f3a!";
    private readonly List<NodeProcess> _nodes = [];

    [Fact]
    public async Task Temporary_credentials_should_be_in_no_file_no_log_and_no_answer()
    {
        var a = Keep(new HostProcess("127.0.31.1", ("REPLICATION_PORT", ""), ("HDB_ADMIN_PASSWORD", Secret), ("LOGGING_LEVEL", "trace")));
        var b = Keep(new HostProcess("127.0.31.2", ("REPLICATION_PORT", ""), ("LOGGING_LEVEL", "trace")));
        GiveKey(a);
        a.Start();
        b.Start();
        await Task.WhenAll(a.WaitUntilAnsweringAsync("admin", Secret), b.WaitUntilAnsweringAsync());
        var answers = new List<string>
        {
            (await b.CallAsync(new { operation = "add_node", hostname = a.Address, verify_tls = false, authorization = new { username = "admin", password = Secret } })).GetRawText(),
        };
        await UntilAsync(async () => await MixedCluster.ConnectedAsync(b, a, "system"), "connected");
        // A token is a credential as well.
        var (_, tokens) = await a.RunAsync(new { operation = "create_authentication_tokens", username = "admin", password = Secret }, "admin", Secret);
        var token = tokens.GetProperty("operation_token").GetString()!;
        answers.Add((await b.CallAsync(new { operation = "add_node", hostname = a.Address, authorization = token })).GetRawText());
        foreach (var operation in new[] { "cluster_status", "list_certificates", "list_authorities", "get_configuration", "list_users" })
            answers.Add((await b.CallAsync(new { operation })).GetRawText());
        answers.Add((await b.CallAsync(new { operation = "search_by_value", database = "system", table = "hdb_nodes", attribute = "name", value = "*" })).GetRawText());

        // What a joined node can renew by itself is not what it shows, and the command line says so.
        using var renewed = new StringWriter();
        Assert.Equal(0, await CertificatesCommand.RenewAsync($"http://admin:Abc1234!@{b.Address}:9925", renewed, renewed, default));
        Assert.Contains($"Other nodes are shown {b.Address}-replication, which this node did not make", renewed.ToString(), StringComparison.Ordinal);

        var made = (await b.CallAsync(new { operation = "list_certificates" })).EnumerateArray().First(row => row.GetProperty("name").GetString() == b.Address);
        using (var certificate = X509Certificate2.CreateFromPem(made.GetProperty("certificate").GetString()))
        using (var publicKey = certificate.GetRSAPublicKey()!)
            Assert.Equal(4096, publicKey.KeySize);
        var key = Path.Combine(b.Root, "keys", "privateKey.pem");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        var keyLine = File.ReadAllLines(key)[5];
        await b.StopAsync();
        await a.StopAsync();
        string[] traces = [Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Secret}")), keyLine, token];
        foreach (var node in _nodes)
            foreach (var file in Directory.EnumerateFiles(node.Root, "*", SearchOption.AllDirectories).Where(file => file != key))
                Assert.DoesNotContain(traces, trace => Contains(file, trace));
        foreach (var text in answers.Append(a.Output).Append(b.Output)) Assert.DoesNotContain(traces, text.Contains);
    }

    [Fact]
    public async Task An_original_and_this_node_should_sign_each_other_and_stay_a_cluster_over_restarts_of_both()
    {
        var original = Keep(new OriginalNode("127.0.31.11", Secured("127.0.31.11")));
        var ours = Keep(new HostProcess("127.0.31.12", ("REPLICATION_PORT", "")));
        foreach (var node in _nodes) GiveKey(node);
        foreach (var node in _nodes) node.Start();
        foreach (var node in _nodes) await node.WaitUntilAnsweringAsync();
        await ours.CallAsync(Join(original));
        await MeshedAsync();
        Assert.Contains("HarperDB-Certificate-Authority-127.0.31.11", await IssuerAsync(ours), StringComparison.Ordinal);
        await original.CallAsync(Join(ours, sign: true));
        Assert.Contains("HarperDB-Certificate-Authority-127.0.31.12", await IssuerAsync(original), StringComparison.Ordinal);
        await MeshedAsync();

        await original.CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await WriteEverywhereAsync(1);
        await Task.WhenAll(ours.StopAsync(), original.StopAsync());
        await Task.WhenAll(ours.StartAgainAsync(), original.StartAgainAsync());
        await MeshedAsync();
        await WriteEverywhereAsync(2);
    }

    /// <summary>Each node writes a row, and reads those of all others.</summary>
    private async Task WriteEverywhereAsync(int round)
    {
        await UntilAsync(async () => (await Task.WhenAll(_nodes.Select(node => MixedCluster.CountAsync(node, "data", "dog")))).All(count => count >= 0), "the table is everywhere");
        foreach (var (node, i) in _nodes.Select((node, i) => (node, i)))
            await node.CallAsync(new { operation = "insert", database = "data", table = "dog", records = new[] { new { id = (round * 10) + i, name = node.Address } } });
        await UntilAsync(async () => (await Task.WhenAll(_nodes.Select(node => MixedCluster.CountAsync(node, "data", "dog")))).All(count => count == round * _nodes.Count), $"all rows of round {round} are everywhere");
    }

    private Task MeshedAsync() => UntilAsync(async () =>
    {
        foreach (var node in _nodes)
            foreach (var other in _nodes.Where(other => other != node))
                if (!await MixedCluster.ConnectedAsync(node, other, "system")) return false;
        return true;
    }, "everybody is connected with everybody over TLS");

    private static async Task<string> IssuerAsync(NodeProcess node) => (await node.CallAsync(new { operation = "list_certificates" })).EnumerateArray()
        .First(row => row.GetProperty("name").GetString() == $"{node.Address}-replication").GetProperty("details").GetProperty("issuer").GetString()!;

    private static object Join(NodeProcess target, bool sign = false) => new
    {
        operation = "add_node", hostname = target.Address, verify_tls = false, force_signing = sign, authorization = new { username = "admin", password = "Abc1234!" },
    };

    /// <summary>Either kind takes the key that it finds; making one takes the original half a minute on a busy machine.</summary>
    private static void GiveKey(NodeProcess node)
    {
        Directory.CreateDirectory(Path.Combine(node.Root, "keys"));
        File.WriteAllText(Path.Combine(node.Root, "keys", "privateKey.pem"), SecureNode.NewKey());
    }

    private static (string, string)[] Secured(string address) =>
        [("REPLICATION_SECUREPORT", $"{address}:9933"), ("REPLICATION_PORT", "null"), ("REPLICATION_URL", $"wss://{address}:9933")];

    private static Task UntilAsync(Func<Task<bool>> condition, string what) => Wait.UntilAsync(condition, what, MixedCluster.Patience);

    private static bool Contains(string file, string text) => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private T Keep<T>(T node) where T : NodeProcess
    {
        _nodes.Add(node);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
