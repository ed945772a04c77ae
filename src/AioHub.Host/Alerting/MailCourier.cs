using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using AioHub.Core.Alerts;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AioHub.Host.Alerting;

/// <summary>Sends alerts by e-mail, as plain text and as simple HTML.</summary>
/// <param name="mail">The mail settings, read for each message: they may be changed while the hub runs.</param>
/// <param name="address">The hub's public address, for the link; null = no link.</param>
/// <param name="roots">Certificates of authorities that are trusted beside the machine's; null = none.</param>
internal sealed class MailCourier(MailAdmin mail, Func<CancellationToken, Task<Uri?>> address, TimeProvider time, X509Certificate2Collection? roots = null) : IAlertCourier
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<CourierAnswer> CarryAsync(AlertParcel parcel, CancellationToken cancellation)
    {
        if (await mail.ReadAsync(cancellation) is not { } settings)
        {
            return new CourierAnswer(false, Final: false, null, "no mail server is set up; set one under Settings");
        }

        return await SendAsync(settings, Message(settings, parcel, await address(cancellation)), cancellation);
    }

    private MimeMessage Message(MailSettings settings, AlertParcel parcel, Uri? hub)
    {
        var (title, text) = (AlertWords.Title(parcel.Alert, parcel.Event, parcel.Locale), AlertWords.Body(parcel.Alert, parcel.Event, parcel.Locale));
        var link = hub is null ? null : new Uri(hub, parcel.Alert.User is null ? "/alerts" : "/my-alerts").ToString();
        var message = new MimeMessage
        {
            Subject = $"[AIOHub] {title}",
            // The same in every try: who gets it twice can tell.
            MessageId = $"{parcel.Message}@{(hub?.Host is { Length: > 0 } host ? host : "aiohub.invalid")}",
            Date = time.GetUtcNow(),
        };
        message.From.Add(new MailboxAddress(settings.FromName, settings.From));
        message.To.Add(MailboxAddress.Parse(parcel.Address));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new BodyBuilder { TextBody = link is null ? $"{title}\n\n{text}\n" : $"{title}\n\n{text}\n\n{link}\n", HtmlBody = Html(title, text, link, parcel.Locale) }.ToMessageBody();
        return message;
    }

    private static string Html(string title, string text, string? link, string locale)
    {
        var chinese = locale.StartsWith("zh", StringComparison.OrdinalIgnoreCase);
        var button = link is null ? "" : $"""<p style="margin:24px 0 0"><a href="{WebUtility.HtmlEncode(link)}" style="color:#4263eb">{(chinese ? "在 AIOHub 中查看" : "Look at it in AIOHub")}</a></p>""";
        return $"""
            <!doctype html><html lang="{(chinese ? "zh-CN" : "en")}"><body style="font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#212529;line-height:1.5;margin:0;padding:24px">
            <h1 style="font-size:18px;margin:0 0 12px">{WebUtility.HtmlEncode(title)}</h1><p style="margin:0">{WebUtility.HtmlEncode(text)}</p>{button}</body></html>
            """;
    }

    private async Task<CourierAnswer> SendAsync(MailSettings settings, MimeMessage message, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        using var client = new SmtpClient();
        if (roots is { Count: > 0 })
        {
            client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => IsVouchedFor(certificate, chain, errors);
        }

        try
        {
            await client.ConnectAsync(settings.Host, settings.Port, settings.Security switch
            {
                MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
                MailSecurity.StartTls => SecureSocketOptions.StartTls,
                _ => SecureSocketOptions.None,
            }, late.Token);
            if (settings.User is { } user)
            {
                await client.AuthenticateAsync(user, settings.Password ?? "", late.Token);
            }

            var answer = await client.SendAsync(message, late.Token);
            await client.DisconnectAsync(quit: true, late.Token);
            return new CourierAnswer(true, Final: true, (int)SmtpStatusCode.Ok, answer);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new CourierAnswer(false, Final: false, null, $"the mail server did not answer within {Patience.TotalSeconds:0} seconds");
        }
        catch (SmtpCommandException refused)
        {
            // 5xx of a recipient is for ever; of a login or a policy it may be mended meanwhile.
            return new CourierAnswer(false, Final: refused.ErrorCode == SmtpErrorCode.RecipientNotAccepted && (int)refused.StatusCode >= 500, (int)refused.StatusCode, $"{(int)refused.StatusCode} {refused.Message}");
        }
        catch (Exception failure) when (failure is IOException or SocketException or MailKit.Security.AuthenticationException or SslHandshakeException or SmtpProtocolException
            or NotSupportedException or System.Security.Authentication.AuthenticationException)
        {
            return new CourierAnswer(false, Final: false, null, failure.Message);
        }
    }

    /// <summary>By the machine's authorities, or by one of <c>roots</c>. The name must be the server's in either case; authorities of one's own seldom say what they revoked, so that is not asked.</summary>
    private bool IsVouchedFor(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var between in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        }

        return chain.Build(leaf);
    }
}

/// <summary>Hands each parcel to the courier of its type.</summary>
internal sealed class Couriers(MailCourier mail, WebhookCourier webhooks) : IAlertCourier, IDisposable
{
    public Task<CourierAnswer> CarryAsync(AlertParcel parcel, CancellationToken cancellation) =>
        parcel.Type == TargetType.Email ? mail.CarryAsync(parcel, cancellation) : webhooks.CarryAsync(parcel, cancellation);

    public void Dispose() => webhooks.Dispose();
}
