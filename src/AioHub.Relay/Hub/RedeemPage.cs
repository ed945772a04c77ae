using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Relay.Calls;
using AioHub.Relay.Failures;
using AioHub.Relay.Stages;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;

namespace AioHub.Relay.Hub;

/// <summary>
/// <c>POST /api/wallet/redeem</c> with <c>{"code": "AIO-…"}</c>: puts what a redemption code is worth into the wallet of the key's owner. Wrong tries are bounded
/// by user and by address, and all wrong codes are answered alike.
/// </summary>
internal sealed class RedeemPage(Admit admit, Intake intake, CodeBook codes, TimeProvider time)
{
    private static readonly Failure NoCode = new(400, "invalid_request", "Send {\"code\": \"AIO-XXXXX-XXXXX-XXXXX-XXXXX\"}.") { Param = "code", ShouldRetry = false };

    private static readonly Failure WrongCode = new(400, "code_invalid", "This code cannot be redeemed. Check its letters, or ask whoever gave it to you.") { Param = "code", ShouldRetry = false };

    public async Task AnswerAsync(HttpContext http)
    {
        var id = RequestId.New(time).ToString();
        http.Response.Headers["x-aiohub-request-id"] = id;
        if (admit.Identify(http).Failed(out var failure, out var caller))
        {
            await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id, failure);
            return;
        }

        using var body = await intake.ReadDocumentAsync(http);
        if (body is null || CodeIn(body.RootElement) is not { } code)
        {
            await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id, NoCode);
            return;
        }

        var done = await codes.RedeemByCallerAsync(code, caller.Key.Owner, AddressOf(http), $"key {caller.Key.Name}", http.RequestAborted);
        if (done.Posted is { } posted)
        {
            await JsonReply.WriteAsync(http, writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("amount_nano_usd", posted.Amount.Value);
                writer.WriteString("amount_usd", posted.Amount.ToUsdString());
                writer.WriteNumber("balance_nano_usd", posted.Balance.Value);
                writer.WriteString("balance_usd", posted.Balance.ToUsdString());
                writer.WriteEndObject();
            });
            return;
        }

        await FailureWriter.WriteAsync(http, Dialect.OpenAiChat, id, done.Outcome switch
        {
            RedeemOutcome.TooOften => TooOften(done.RetryAfter ?? CodeTries.Window),
            RedeemOutcome.Yours => new Failure(409, "code_redeemed", $"You have redeemed this code on {done.RedeemedAt:yyyy-MM-dd}.") { Param = "code", ShouldRetry = false },
            _ => WrongCode,
        });
    }

    private static Failure TooOften(TimeSpan wait) =>
        new(429, "rate_limited", $"Too many codes were wrong. Try again in {HubFailures.Seconds(wait)} s.") { RetryAfter = wait, ShouldRetry = false };

    private static string? CodeIn(JsonElement root)
    {
        try
        {
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String && code.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is no text.
            return null;
        }
    }

    /// <summary>A whole network of IPv6 is one household's.</summary>
    private static string AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }
}
