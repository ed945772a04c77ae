using AioHub.Admin.Frame;
using AioHub.Admin.Session;
using AioHub.Core.Alerts;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Settings;

/// <summary>The mail settings. The password is nowhere in them.</summary>
/// <param name="HasPassword">There is one.</param>
internal sealed record MailReply(string Host, int Port, MailSecurity Security, string? User, bool HasPassword, string From, string FromName);

/// <summary>How calls are routed where their group does not say.</summary>
/// <param name="MaxAttempts">Attempts of one call over all groups together.</param>
/// <param name="Queue">Calls that may wait for a place; absent = twice as many as there are places.</param>
/// <param name="QueueWaitSeconds">How long a call waits for a place.</param>
internal sealed record RoutingReply(int MaxAttempts, int? Queue, double QueueWaitSeconds);

/// <summary>What owners set.</summary>
/// <param name="SignUp">Who may sign up by themselves.</param>
/// <param name="PublicAddress">Where people reach the hub; links in e-mail begin with it.</param>
/// <param name="StartBalanceUsd">What a user who signs up finds in their wallet.</param>
/// <param name="Mail">Absent = no mail server is set up.</param>
/// <param name="Fixed">Members that come from the configuration file or the environment and cannot be changed here: <c>sign_up</c>, <c>mail</c>.</param>
internal sealed record HubSettingsReply(SignUpMode SignUp, string? PublicAddress, decimal StartBalanceUsd, MailReply? Mail, RoutingReply Routing, IReadOnlyList<string> Fixed);

/// <summary>Reads what owners set, out of its rooms.</summary>
internal sealed class HubSettingsDesk(EntryAdmin entry, MailAdmin mail, RouteSettingsAdmin routes, SignUpDoor door)
{
    public async Task<HubSettingsReply> ReadAsync(CancellationToken cancellation)
    {
        var (at, post, routing) = (await entry.ReadAsync(cancellation), await mail.ReadAsync(cancellation), await routes.ReadAsync(cancellation));
        string[] kept = [.. door.IsFixed ? ["sign_up"] : Array.Empty<string>(), .. mail.IsFixed ? ["mail"] : Array.Empty<string>()];
        return new(
            door.Of(at), at.PublicAddress?.ToString().TrimEnd('/'), at.StartBalance.ToUsd(),
            post is null ? null : new MailReply(post.Host, post.Port, post.Security, post.User, post.Password is not null, post.From, post.FromName),
            new RoutingReply(routing.MaxAttempts, routing.Queue, routing.QueueWait.TotalSeconds), kept);
    }
}

/// <summary><c>GET /api/admin/settings</c>.</summary>
internal static class ShowHubSettings
{
    public static async Task<IResult> AnswerAsync(HttpContext http, HubSettingsDesk desk) => EntityTags.Show(http, await desk.ReadAsync(http.RequestAborted));
}

/// <summary>Absent members stay. The password is written and never read back; null = none.</summary>
internal sealed record MailRequest(Named<string?> Host, Named<int?> Port, Named<MailSecurity?> Security, Named<string?> User, Named<string?> Password, Named<string?> From, Named<string?> FromName);

/// <summary>Absent members stay; null = back to the default.</summary>
internal sealed record RoutingRequest(Named<int?> MaxAttempts, Named<int?> Queue, Named<double?> QueueWaitSeconds);

/// <summary>Absent members stay; null = back to the default. Mail of null = no mail server.</summary>
internal sealed record HubSettingsRequest(Named<SignUpMode?> SignUp, Named<string?> PublicAddress, Named<decimal?> StartBalanceUsd, Named<MailRequest?> Mail, RoutingRequest? Routing);

/// <summary><c>PATCH /api/admin/settings</c>: all of it or nothing.</summary>
internal static class ChangeHubSettings
{
    private const double MostWaitSeconds = 86_400;

    public static async Task<IResult> AnswerAsync(
        Body<HubSettingsRequest> body, HttpContext http, HubDatabase database, HubSettingsDesk desk, EntryAdmin entry, MailAdmin mail, RouteSettingsAdmin routes, SignUpDoor door)
    {
        var change = body.Value;
        if (change.SignUp.IsNamed && door.IsFixed)
        {
            throw Refused.Invalid("sign_up", "comes from the configuration file or the environment; change it there");
        }

        if (change.StartBalanceUsd.Value is < 0 or > 1_000_000)
        {
            throw Refused.Invalid("start_balance_usd", "must be from 0 to 10000");
        }

        if (change.Routing?.QueueWaitSeconds.Value is { } wait && !(wait >= 0 && wait <= MostWaitSeconds))
        {
            throw Refused.Invalid("routing.queue_wait_seconds", "must be from 0 to 86400");
        }

        await EntityTags.ChangeAsync<HubSettingsReply>(database, http, async () => await desk.ReadAsync(http.RequestAborted), "settings", async (_, transaction) =>
        {
            var balance = change.StartBalanceUsd.IsNamed ? new Named<NanoUsd?>(change.StartBalanceUsd.Value is { } usd ? NanoUsd.FromUsd(usd) : null) : default;
            await entry.SetAsync(new EntryDraft(change.SignUp, change.PublicAddress, balance), transaction, http.RequestAborted);
            if (change.Mail.IsNamed)
            {
                await mail.SetAsync(DraftOf(change.Mail.Value), transaction, http.RequestAborted);
            }

            if (change.Routing is { } routing)
            {
                await routes.SetAsync(
                    new RouteSettingsDraft
                    {
                        MaxAttempts = routing.MaxAttempts,
                        Queue = routing.Queue,
                        QueueWait = routing.QueueWaitSeconds.IsNamed ? new Named<TimeSpan?>(routing.QueueWaitSeconds.Value is { } seconds ? TimeSpan.FromSeconds(seconds) : null) : default,
                    },
                    dryRun: false, transaction, http.RequestAborted);
            }
        });
        return await ShowHubSettings.AnswerAsync(http, desk);
    }

    private static MailDraft DraftOf(MailRequest? mail) => mail is null ? new MailDraft { Host = new Named<string?>(null) } : new MailDraft
    {
        Host = mail.Host, Port = mail.Port, Security = mail.Security, User = mail.User, Password = mail.Password, From = mail.From, FromName = mail.FromName,
    };
}

/// <param name="To">Where the test goes; absent = to oneself.</param>
internal sealed record MailTestRequest(string? To);

/// <summary><c>POST /api/admin/settings/mail/test</c>: sends a test now, with the settings that are kept.</summary>
internal static class TestMail
{
    public static async Task<Alerts.TriedReply> AnswerAsync(Body<MailTestRequest> body, HttpContext http, Who who, AlertTargetAdmin targets)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var answer = await targets.TestMailAsync(body.Value.To ?? who.Known.Email, http.RequestAborted);
        return new(answer.Delivered, answer.Status, answer.Text, clock.ElapsedMilliseconds);
    }
}
