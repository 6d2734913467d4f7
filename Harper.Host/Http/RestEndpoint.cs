using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Harper.Core.Operations;
using Harper.Host.Configuration;
using Harper.Host.Security;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>The REST port: who calls is checked as on the operations port; the interface itself says that it is not there yet.</summary>
internal sealed class RestEndpoint(CorsConfig cors, Authentication authentication, ClientCertificates? clients)
{
    public async Task HandleAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        context.Response.Headers.Server = "Harper";
        if (Cors.Answer(context, cors)) return;
        try
        {
            var certified = clients is null ? null : await clients.UserOfAsync(context).ConfigureAwait(false);
            await authentication.AuthenticateAsync(
                context.Request.Headers.Authorization, context.Connection.RemoteIpAddress, context.RequestAborted, SessionCookie.Read(context.Request), certified).ConfigureAwait(false);
            await AnswerAsync(context, 501, "NotImplemented: the REST interface is not available in this version; use the operations API", started)
                .ConfigureAwait(false);
        }
        catch (OperationError error)
        {
            if (error.Status == 401) context.Response.Headers.WWWAuthenticate = "Basic";
            await AnswerAsync(context, error.Status, "AccessViolation: " + error.Message, started).ConfigureAwait(false);
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string text, long started)
    {
        var body = Encoding.UTF8.GetBytes('"' + JsonEncodedText.Encode(text).ToString() + '"');
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        AnswerWriter.SetTiming(context.Response, started);
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
