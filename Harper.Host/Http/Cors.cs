using Harper.Host.Configuration;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>Answers to browsers, in the original's words (operations API, section 1).</summary>
internal static class Cors
{
    /// <summary>True: this was a preflight, and it is answered.</summary>
    public static bool Answer(HttpContext context, CorsConfig config)
    {
        var headers = context.Response.Headers;
        headers.Vary = "Origin";
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || !config.Allows(origin)) return false;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        if (!HttpMethods.IsOptions(context.Request.Method)) return false;
        headers.AccessControlAllowMethods = "POST, GET, PUT, DELETE, PATCH, OPTIONS";
        headers.AccessControlAllowHeaders = "Accept, Content-Type, Authorization";
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = 0;
        return true;
    }
}
