using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harper.Actors.Admin;
using Harper.Actors.Operations;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary><c>GET /admin/actors</c>, <c>/admin/actors/{path}</c>, both also of another node (<c>?node=</c>), and <c>/admin/events</c>: the running node as its actors describe themselves.</summary>
internal sealed class AdminEndpoint(IAdminView view, CancellationToken stopping)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task HandleAsync(HttpContext context, PathString path, long started)
    {
        if (path == "/events")
        {
            await EventsAsync(context).ConfigureAwait(false);
            return;
        }
        if (!path.StartsWithSegments("/actors", out var actor)) throw OperationError.NotFound("There is /admin/actors, /admin/actors/{path} and /admin/events");
        var name = actor.Value?.Trim('/') ?? "";
        if (name.Length == 0) name = "node";
        var other = context.Request.Query["node"].ToString();
        var tree = (other.Length == 0
            ? await view.FindAsync(name, Deadline, context.RequestAborted).ConfigureAwait(false)
            : await view.FindOnAsync(new NodeName(other), name, Deadline, context.RequestAborted).ConfigureAwait(false))
                ?? throw OperationError.NotFound($"There is no actor '{name}'; GET /admin/actors shows all of them");
        await AnswerWriter.WriteAsync(context, new OperationAnswer(200, writer => ActorTreeJson.Write(writer, tree)), started, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task EventsAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var output = context.Response.Body;
        var writing = new SemaphoreSlim(1);
        await output.WriteAsync(": events of this node\n\n"u8.ToArray(), ended.Token).ConfigureAwait(false);
        await output.FlushAsync(ended.Token).ConfigureAwait(false);
        var beats = BeatAsync(output, writing, ended.Token);
        try
        {
            await foreach (var happened in view.EventsAsync(ended.Token).ConfigureAwait(false))
                await SendAsync(output, writing, Encode(happened), ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the node stops.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await beats.ConfigureAwait(false);
        }
    }

    /// <summary>A comment now and then, so that a reader that went away without a word is noticed.</summary>
    private static async Task BeatAsync(Stream output, SemaphoreSlim writing, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Heartbeat, ended).ConfigureAwait(false);
                await SendAsync(output, writing, ":\n\n"u8.ToArray(), ended).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The reader loop ends by itself.
        }
    }

    private static async Task SendAsync(Stream output, SemaphoreSlim writing, byte[] bytes, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await output.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    private static byte[] Encode(AdminEvent happened)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            ActorTreeJson.Write(writer, happened);
        return Encoding.UTF8.GetBytes($"event: {happened.Kind}\ndata: {Encoding.UTF8.GetString(buffer.ToArray())}\n\n");
    }
}
