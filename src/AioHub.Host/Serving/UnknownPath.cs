namespace AioHub.Host.Serving;

/// <summary>What is said where nothing is served.</summary>
internal static class UnknownPath
{
    public static Task AnswerAsync(HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method) && http.Request.Path.Value is "/" or "/api/hello")
        {
            // Claude Code asks so whether the address answers at all.
            http.Response.StatusCode = StatusCodes.Status200OK;
            return Task.CompletedTask;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        http.Response.Headers["x-aiohub-request-id"] = Core.Primitives.RequestId.New(TimeProvider.System).ToString();
        http.Response.Headers["x-aiohub-error"] = "unknown_path";
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(
            """{"error":{"message":"Nothing is served here. Models are called below /v1 and /v1beta, the hub's own pages stand below /api.","type":"invalid_request_error","param":null,"code":"unknown_path"}}""",
            http.RequestAborted);
    }
}
