using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Actors.Operations.Permissions;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Proves R-OPS-02 to 04, R-OPS-11 and R-NRP-09: the way into operations and what comes out when they fail.</summary>
public sealed class DispatcherSpecs
{
    [Fact]
    public async Task An_unknown_operation_should_be_named()
    {
        using var node = new OperationNode();
        var answered = await node.CallAsync("""{"operation":"frobnicate"}""");
        Assert.Equal((400, "Operation 'frobnicate' not found"), (answered.Status, answered.Error));
    }

    [Fact]
    public async Task Who_is_no_super_user_should_be_told_with_the_permission_form()
    {
        using var node = new OperationNode();
        var answered = await node.CallAsync("""{"operation":"table_digest"}""", new Caller("bob", SuperUser: false));
        Assert.Equal(403, answered.Status);
        Assert.Equal("This operation is not authorized due to role restrictions and/or invalid database items", answered.Error);
        Assert.Equal("Operation 'tableDigest' is restricted to 'super_user' roles", answered.Body!["unauthorized_access"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task A_handler_that_breaks_should_be_answered_without_its_secrets()
    {
        var (dispatcher, _) = With(new OperationEntry("boom", OperationAccess.Anyone, (_, _) => throw new InvalidOperationException("secret")));
        var answered = await CallAsync(dispatcher, """{"operation":"boom"}""");
        Assert.Equal((500, "There was an error processing your request. Check logs and try again."), (answered.Status, answered.Error));
        Assert.Equal(0, dispatcher.InFlight);
    }

    [Fact]
    public async Task A_handler_that_never_ends_should_be_ended_at_its_deadline()
    {
        var entry = new OperationEntry("slow", OperationAccess.Anyone, async (_, cancellation) =>
        {
            await Wait.ForeverAsync(cancellation);
            return OperationAnswer.Message("never");
        })
        { Deadline = TimeSpan.FromMilliseconds(50) };
        var answered = await CallAsync(With(entry).Dispatcher, """{"operation":"slow"}""");
        Assert.Equal((504, "Operation 'slow' did not finish in time"), (answered.Status, answered.Error));
    }

    [Fact]
    public async Task A_stop_should_wait_for_what_is_running_but_not_for_ever()
    {
        var finish = new TaskCompletionSource();
        var entry = new OperationEntry("held", OperationAccess.Anyone, async (_, _) =>
        {
            await finish.Task;
            return OperationAnswer.Message("done");
        });
        var dispatcher = With(entry).Dispatcher;
        var running = CallAsync(dispatcher, """{"operation":"held"}""");
        Assert.Equal(1, dispatcher.InFlight);
        Assert.False(await dispatcher.DrainAsync(TimeSpan.FromMilliseconds(30)));
        finish.SetResult();
        Assert.True(await dispatcher.DrainAsync(Wait.Deadline));
        Assert.Equal(200, (await running).Status);
    }

    [Fact]
    public async Task A_replicated_operation_should_carry_the_answer_of_every_peer()
    {
        var (dispatcher, forwarding) = With(new OperationEntry("drop", OperationAccess.Anyone, (_, _) =>
            ValueTask.FromResult(OperationAnswer.Message("gone"))) { Forwardable = true });
        var answered = await CallAsync(dispatcher, """{"operation":"drop","replicated":true}""");
        Assert.Equal("gone", answered.Body!["message"]!.GetValue<string>());
        Assert.Equal("127.0.0.3", answered.Body["replicated"]![0]!["node"]!.GetValue<string>());
        Assert.False(forwarding.Sent!.Has("replicated"));
        forwarding.Sent = null;
        await CallAsync(dispatcher, """{"operation":"drop"}""");
        await dispatcher.RunAsync("""{"operation":"drop","replicated":true}"""u8.ToArray(), OperationNode.Admin, CallOrigin.Socket, default);
        Assert.Null(forwarding.Sent);
    }

    [Fact]
    public void Two_families_should_not_claim_one_name() => Assert.Throws<InvalidOperationException>(() => new OperationCatalog(
        [new Family(Named("a")), new Family(Named("b") with { Aliases = ["a"] })]));

    private static OperationEntry Named(string name) =>
        new(name, OperationAccess.Anyone, (_, _) => ValueTask.FromResult(OperationAnswer.Message(name)));

    private static (OperationDispatcher Dispatcher, RecordingForwarding Forwarding) With(OperationEntry entry)
    {
        var forwarding = new RecordingForwarding();
        return (new OperationDispatcher(new OperationCatalog([new Family(entry)]), new RolePermissions(new MemoryDatabases(new NodeName("127.0.0.2")), users: null), forwarding, new OperationSettings(),
            NullLogger<OperationDispatcher>.Instance), forwarding);
    }

    private static async Task<Answered> CallAsync(OperationDispatcher dispatcher, string body)
    {
        var answer = await dispatcher.RunAsync(System.Text.Encoding.UTF8.GetBytes(body), OperationNode.Admin, CallOrigin.Http, default);
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream)) await answer.WriteToAsync(writer, default);
        return new Answered(answer.Status, System.Text.Json.Nodes.JsonNode.Parse(stream.ToArray()), answer.RetryAfterSeconds);
    }

    private sealed class Family(params OperationEntry[] entries) : IOperationFamily
    {
        public IEnumerable<OperationEntry> Entries => entries;
    }

    private sealed class RecordingForwarding : IOperationForwarding
    {
        public OperationFields? Sent { get; set; }

        public Task<IReadOnlyList<ForwardedResult>> ForwardAsync(OperationFields fields, string? user, CancellationToken cancellation)
        {
            Sent = fields;
            using var answer = JsonDocument.Parse("""{"message":"gone","requestId":1}""");
            return Task.FromResult<IReadOnlyList<ForwardedResult>>([new ForwardedResult(new NodeName("127.0.0.3"), answer.RootElement.Clone())]);
        }
    }
}
