using System.Text;
using AioHub.Admin.Frame;
using AioHub.Core.Reports;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Calls;

/// <summary>The forms of an export.</summary>
internal enum ExportForm
{
    /// <summary>RFC 4180, with a head line.</summary>
    Csv,
    /// <summary>A JSON object a line.</summary>
    Jsonl,
}

/// <summary>Writes all calls that a filter finds into an answer as they are read; ends when the caller leaves.</summary>
internal static class CallsAsFile
{
    private const int BufferedCharacters = 16 * 1024;

    public static async Task WriteAsync(CallLog log, ReportScope scope, CallFilter filter, string? format, HttpContext http)
    {
        var form = QueryWords.Of<ExportForm>("format", format) ?? ExportForm.Csv;
        filter.Check(scope);
        var (type, ending) = form == ExportForm.Csv ? ("text/csv; charset=utf-8", "csv") : ("application/jsonl; charset=utf-8", "jsonl");
        http.Response.ContentType = type;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"calls.{ending}\"";
        await using var output = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferedCharacters, leaveOpen: true);
        var calls = log.StreamAsync(scope, filter, http.RequestAborted);
        if (form == ExportForm.Csv)
        {
            await CallExport.WriteCsvAsync(calls, output, scope, http.RequestAborted);
        }
        else
        {
            await CallExport.WriteJsonLinesAsync(calls, output, scope, http.RequestAborted);
        }
    }
}

/// <summary><c>GET /api/me/calls/export</c>: all that a filter finds, newest first.</summary>
internal static class ExportOwnCalls
{
    /// <param name="format"><c>csv</c> or <c>jsonl</c>.</param>
    public static Task AnswerAsync([AsParameters] OwnCallQuery query, string? format, HttpContext http, Who who, CallLog log) =>
        CallsAsFile.WriteAsync(log, ReportScope.Of(who.User), query.Filter(), format, http);
}

/// <summary><c>GET /api/admin/calls/export</c>: everybody's, with users, channels and costs.</summary>
internal static class ExportAllCalls
{
    /// <inheritdoc cref="ExportOwnCalls.AnswerAsync"/>
    public static Task AnswerAsync([AsParameters] AllCallQuery query, string? format, HttpContext http, CallLog log) =>
        CallsAsFile.WriteAsync(log, ReportScope.Everybody, query.Filter(), format, http);
}
