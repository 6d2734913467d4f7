using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harper.Actors.Operations;
using Harper.Actors.Operations.Data;
using Harper.Actors.Operations.Permissions;
using Harper.Core.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>The operations of schema, data and search over databases in memory, called as the HTTP listener calls them.</summary>
internal sealed class OperationNode : IDisposable
{
    public static readonly Caller Admin = new("admin", SuperUser: true);

    public OperationNode(string name = "127.0.0.2", OperationSettings? settings = null, IOperationForwarding? forwarding = null)
    {
        Databases = new MemoryDatabases(new NodeName(name));
        settings ??= new OperationSettings();
        var writes = new TableWrites(Databases, new NodeName(name), settings);
        Dispatcher = new OperationDispatcher(
            new OperationCatalog(DataFamilies.Create(Databases, writes, settings)), new RolePermissions(Databases, users: null), forwarding, settings,
            NullLogger<OperationDispatcher>.Instance);
    }

    public MemoryDatabases Databases { get; }

    public OperationDispatcher Dispatcher { get; }

    public async Task<Answered> CallAsync(string body, Caller? caller = null, CallOrigin origin = CallOrigin.Http)
    {
        using var timeout = new CancellationTokenSource(Wait.Deadline);
        var answer = await Dispatcher.RunAsync(Encoding.UTF8.GetBytes(body), caller ?? Admin, origin, timeout.Token);
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream)) await answer.WriteToAsync(writer, timeout.Token);
        return new Answered(answer.Status, JsonNode.Parse(stream.ToArray()), answer.RetryAfterSeconds);
    }

    /// <summary>Calls, and fails the spec when the answer is not 200.</summary>
    public async Task<JsonNode> DoAsync(string body)
    {
        var answered = await CallAsync(body);
        Assert.True(answered.Status == 200, $"{body} answered {answered.Status} {answered.Body?.ToJsonString()}");
        return answered.Body!;
    }

    public void Dispose() => Databases.Dispose();
}

/// <summary>What came back.</summary>
internal sealed record Answered(int Status, JsonNode? Body, int? RetryAfterSeconds)
{
    public string? Error => Body?["error"]?.GetValue<string>();
}
