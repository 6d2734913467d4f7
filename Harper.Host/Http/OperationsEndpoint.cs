using System.Diagnostics;
using Harper.Actors.Operations;
using Harper.Core.Operations;
using Harper.Host.Configuration;
using Harper.Host.Http.ContentTypes;
using Harper.Host.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Http;

/// <summary>The operations port: <c>POST /</c> runs an operation, and the few other paths that the original has (operations API, section 1).</summary>
internal sealed partial class OperationsEndpoint(
    CorsConfig cors, Authentication authentication, AuthenticationConfig config, OperationDispatcher dispatcher, AdminEndpoint admin, string spoolFolder,
    ClientCertificates? clients, ILogger<OperationsEndpoint> log)
{
    private const string NoOperation = "Request body must include an 'operation' property.";
    private const string Health = "HarperDB is running.";

    public async Task HandleAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var request = context.Request;
        context.Response.Headers.Server = "Harper";
        if (Cors.Answer(context, cors)) return;
        try
        {
            if (request.Path.Value is "/" or "") await RootAsync(context, started).ConfigureAwait(false);
            else if (request.Path.Value == "/health" && HttpMethods.IsGet(request.Method)) await TextAsync(context, 200, Health, started).ConfigureAwait(false);
            else if (request.Path.StartsWithSegments("/admin", out var rest) && HttpMethods.IsGet(request.Method))
                await AdminAsync(context, rest, started).ConfigureAwait(false);
            else await TextAsync(context, 404, "Not found\n", started).ConfigureAwait(false);
        }
        catch (OperationError error) when (!context.Response.HasStarted)
        {
            await AnswerWriter.WriteAsync(context, OperationAnswer.Error(error), started, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or BadHttpRequestException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody is left to tell.
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            await AnswerWriter.WriteAsync(context, OperationAnswer.Error(new OperationError(error.StatusCode, error.Message)), started, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure, request.Path.Value ?? "");
            if (context.Response.HasStarted) context.Abort();
            else
                await AnswerWriter.WriteAsync(
                    context, OperationAnswer.Error(new OperationError(500, "There was an error processing your request. Check logs and try again.")), started,
                    context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task RootAsync(HttpContext context, long started)
    {
        if (HttpMethods.IsPost(context.Request.Method)) await OperationAsync(context, started).ConfigureAwait(false);
        else if (HttpMethods.IsGet(context.Request.Method)) await WelcomePage.WriteAsync(context, started).ConfigureAwait(false);
        else await TextAsync(context, 404, "Not found\n", started).ConfigureAwait(false);
    }

    private async Task OperationAsync(HttpContext context, long started)
    {
        var (caller, refusal) = await IdentifyAsync(context).ConfigureAwait(false);
        var type = BodyTypes.Of(context.Request.ContentType);
        if (refusal is null) CheckRequest(context.Request, type);
        if (AnswerTypes.Choose(context.Request.Headers.Accept) is null)
        {
            await AnswerWriter.WriteAsync(context, Refusal(406, "Not Acceptable", AnswerTypes.NotAcceptable), started, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        using var body = await ReadAsync(context, refusal).ConfigureAwait(false);
        if (refusal is null && type == BodyType.Unnamed && !HasOperation(body.Bytes))
        {
            await AnswerWriter.WriteAsync(context, Refusal(400, "Bad Request", NoOperation), started, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        var fields = refusal is null ? Parse(type, body.Bytes) : ParseOfNobody(type, body.Bytes, context.Request.Headers.Authorization.Count > 0) ?? throw refusal;
        if (log.IsEnabled(LogLevel.Information)) LogRequest(caller.User, RequestLog.Shorten(fields));
        var answer = await dispatcher.RunAsync(fields, caller, CallOrigin.Http, context.RequestAborted).ConfigureAwait(false);
        if (answer.Session is { } session) SessionCookie.Write(context, session, config.SessionLife, config.CookieDomains);
        await AnswerWriter.WriteAsync(context, answer, started, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Who has not logged in may still be about to: such a request is read on, a little of it, and the refusal kept.</summary>
    private async ValueTask<(Caller Caller, OperationError? Refusal)> IdentifyAsync(HttpContext context)
    {
        try
        {
            return (await CallerAsync(context).ConfigureAwait(false), null);
        }
        catch (OperationError error) when (error.Status == 401)
        {
            return (Caller.Nobody with { Bearer = Authentication.TokenOf(context.Request.Headers.Authorization.ToString()) }, error);
        }
    }

    private async ValueTask<RequestBody> ReadAsync(HttpContext context, OperationError? refusal)
    {
        try
        {
            var most = refusal is null ? RequestBody.MaxBytes : RequestBody.MaxStrangerBytes;
            return await RequestBody.ReadAsync(context.Request, most, spoolFolder, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationError) when (refusal is not null)
        {
            throw refusal;
        }
    }

    private static void CheckRequest(HttpRequest request, BodyType type)
    {
        if (request.Headers.ContentEncoding is [{ Length: > 0 } coding, ..] && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new OperationError(415, $"Content-Encoding '{coding}' is not supported: send the body uncompressed");
        if (type == BodyType.Unsupported) throw new OperationError(415, $"Unsupported Media Type: {request.ContentType}");
    }

    private static OperationFields Parse(BodyType type, ReadOnlyMemory<byte> body) => type switch
    {
        BodyType.Cbor => OperationFields.ParseConverted(CborBody.ToJson(body)),
        BodyType.MessagePack => OperationFields.ParseConverted(MessagePackBody.ToJson(body)),
        _ => OperationFields.ParseBody(body),
    };

    /// <summary>
    /// What somebody who has not logged in wants, if it is an operation that checks credentials of its own; null: it is none. Credentials that were sent and do not
    /// hold are refused all the same, but for a refresh token where one belongs.
    /// </summary>
    private OperationFields? ParseOfNobody(BodyType type, ReadOnlyMemory<byte> body, bool withCredentials)
    {
        if (type == BodyType.Unsupported) return null;
        try
        {
            var fields = Parse(type, body);
            var operation = fields.Text("operation")!;
            var open = dispatcher.Catalog.Has(operation) && dispatcher.Catalog.Find(operation).Access == OperationAccess.Open
                && (!withCredentials || operation == "refresh_operation_token");
            return open ? fields : null;
        }
        catch (OperationError)
        {
            return null;
        }
    }

    private async Task AdminAsync(HttpContext context, PathString path, long started)
    {
        var caller = await CallerAsync(context).ConfigureAwait(false);
        if (!caller.SuperUser) throw OperationError.Forbidden("The view into the actors is restricted to 'super_user' roles");
        await admin.HandleAsync(context, path, started).ConfigureAwait(false);
    }

    private async ValueTask<Caller> CallerAsync(HttpContext context) => await authentication.AuthenticateAsync(
        context.Request.Headers.Authorization, context.Connection.RemoteIpAddress, context.RequestAborted, SessionCookie.Read(context.Request),
        clients is null ? null : await clients.UserOfAsync(context).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Clients that forget to name the type of their JSON are understood; what has no operation gets the original's answer.</summary>
    private static bool HasOperation(ReadOnlyMemory<byte> body)
    {
        try
        {
            return OperationFields.ParseBody(body).Has("operation");
        }
        catch (OperationError)
        {
            return false;
        }
    }

    /// <summary>The form in which the original's framework refuses.</summary>
    private static OperationAnswer Refusal(int status, string error, string message) => new(status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("statusCode", status);
        writer.WriteString("error", error);
        writer.WriteString("message", message);
        writer.WriteEndObject();
    });

    private static Task TextAsync(HttpContext context, int status, string text, long started)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = text.Length;
        AnswerWriter.SetTiming(context.Response, started);
        return context.Response.WriteAsync(text);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Operation of {User}: {Body}")]
    private partial void LogRequest(string? user, string body);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request to {Path} failed")]
    private partial void LogFailed(Exception failure, string path);
}
