using System.Text;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>What a browser sees on the operations port.</summary>
internal static class WelcomePage
{
    private static readonly byte[] Html = Encoding.UTF8.GetBytes("""
        <!DOCTYPE html>
        <html lang="en">
          <head><meta charset="utf-8"><title>Harper is running</title></head>
          <body style="font-family: sans-serif; max-width: 40em; margin: 3em auto; line-height: 1.5">
            <h1>Harper is running</h1>
            <p>This is the operations API. Send operations as JSON:</p>
            <pre>curl -u USER:PASSWORD -H 'content-type: application/json' -d '{"operation": "describe_all"}' http://THIS-ADDRESS/</pre>
            <p>See also <code>GET /health</code> and, as a super_user, <code>GET /admin/actors</code>.</p>
          </body>
        </html>

        """);

    public static async Task WriteAsync(HttpContext context, long started)
    {
        context.Response.ContentType = "text/html; charset=UTF-8";
        context.Response.ContentLength = Html.Length;
        context.Response.Headers.CacheControl = "public, max-age=0";
        AnswerWriter.SetTiming(context.Response, started);
        await context.Response.Body.WriteAsync(Html).ConfigureAwait(false);
    }
}
