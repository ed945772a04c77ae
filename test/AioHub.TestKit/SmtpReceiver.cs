using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AioHub.TestKit;

/// <summary>One message as it came over the wire.</summary>
/// <param name="Data">Headers and body, dots unstuffed.</param>
/// <param name="User">Who signed in; null = nobody.</param>
/// <param name="WasSealed">Whether the connection was TLS when it came.</param>
public sealed record ReceivedMail(string From, IReadOnlyList<string> To, string Data, string? User, bool WasSealed);

/// <summary>How a receiver behaves.</summary>
public sealed record SmtpManners
{
    /// <summary>TLS from the first byte.</summary>
    public bool Tls { get; init; }

    /// <summary>Offers STARTTLS, with its own certificate.</summary>
    public bool StartTls { get; init; }

    /// <summary>Who must sign in (AUTH PLAIN or LOGIN); null = nobody.</summary>
    public (string User, string Password)? Account { get; init; }

    /// <summary>What its certificate names; its address is 127.0.0.1.</summary>
    public string CertifiedAddress { get; init; } = "127.0.0.1";

    /// <summary>How many messages are refused with 451 before one is taken.</summary>
    public int Refuse { get; init; }

    /// <summary>Every recipient is refused with 550.</summary>
    public bool RefuseRecipients { get; init; }
}

/// <summary>A mail server on a port of its own (RFC 5321, with STARTTLS and AUTH), which keeps what it gets.</summary>
public sealed class SmtpReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly SmtpManners _manners;
    private readonly Lazy<X509Certificate2> _certificate;
    private readonly Task _listening;
    private int _refused;

    public SmtpReceiver(SmtpManners? manners = null)
    {
        _manners = manners ?? new SmtpManners();
        _certificate = new Lazy<X509Certificate2>(() => MakeCertificate(_manners.CertifiedAddress));
        _listener.Start();
        _listening = Task.Run(ListenAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Its own certificate, which nobody vouches for, as PEM.</summary>
    public string CertificatePem => _certificate.Value.ExportCertificatePem();

    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        try
        {
            await _listening;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        if (_certificate.IsValueCreated)
        {
            _certificate.Value.Dispose();
        }

        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }

            _ = Task.Run(async () =>
            {
                using (client)
                {
                    try
                    {
                        await TalkAsync(client.GetStream());
                    }
                    catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or AuthenticationException)
                    {
                        // The other side went away.
                    }
                }
            });
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var isSealed = false;
        if (_manners.Tls)
        {
            (stream, isSealed) = (await SealAsync(stream), true);
        }

        string? user = null;
        var from = "";
        var to = new List<string>();
        await SayAsync(stream, "220 receiver ESMTP");
        while (await LineAsync(stream) is { } line)
        {
            var verb = line.Split(' ')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO" or "HELO":
                    var lines = new List<string> { "receiver" };
                    if (_manners.StartTls && !isSealed)
                    {
                        lines.Add("STARTTLS");
                    }

                    if (_manners.Account is not null)
                    {
                        lines.Add("AUTH PLAIN LOGIN");
                    }

                    await SayAsync(stream, string.Join("\r\n", lines.Select((text, i) => $"250{(i == lines.Count - 1 ? ' ' : '-')}{text}")));
                    break;
                case "STARTTLS" when _manners.StartTls:
                    await SayAsync(stream, "220 go on");
                    (stream, isSealed) = (await SealAsync(stream), true);
                    break;
                case "AUTH":
                    user = await SignInAsync(stream, line);
                    await SayAsync(stream, user is null ? "535 5.7.8 wrong user or password" : "235 welcome");
                    break;
                case "MAIL" when _manners.Account is not null && user is null:
                    await SayAsync(stream, "530 sign in first");
                    break;
                case "MAIL":
                    (from, to) = (Address(line), []);
                    await SayAsync(stream, "250 ok");
                    break;
                case "RCPT" when _manners.RefuseRecipients:
                    await SayAsync(stream, "550 5.1.1 no such mailbox");
                    break;
                case "RCPT":
                    to.Add(Address(line));
                    await SayAsync(stream, "250 ok");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on");
                    var data = await DataAsync(stream);
                    if (Interlocked.Increment(ref _refused) <= _manners.Refuse)
                    {
                        await SayAsync(stream, "451 4.3.0 try again later");
                        break;
                    }

                    _mails.Enqueue(new ReceivedMail(from, to, data, user, isSealed));
                    await SayAsync(stream, "250 2.0.0 taken as 1");
                    break;
                case "RSET" or "NOOP":
                    await SayAsync(stream, "250 ok");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "502 not here");
                    break;
            }
        }
    }

    private async Task<string?> SignInAsync(Stream stream, string line)
    {
        var parts = line.Split(' ');
        string user, password;
        if (parts[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            if (parts.Length < 3)
            {
                await SayAsync(stream, "334 ");
            }

            var plain = Text(parts.Length > 2 ? parts[2] : await LineAsync(stream) ?? "").Split('\0');
            (user, password) = (plain[1], plain[2]);
        }
        else
        {
            await SayAsync(stream, "334 VXNlcm5hbWU6");
            user = Text(await LineAsync(stream) ?? "");
            await SayAsync(stream, "334 UGFzc3dvcmQ6");
            password = Text(await LineAsync(stream) ?? "");
        }

        return (user, password) == _manners.Account ? user : null;

        static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
    }

    private async Task<Stream> SealAsync(Stream stream)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsServerAsync(_certificate.Value, clientCertificateRequired: false, checkCertificateRevocation: false);
        return tls;
    }

    private async Task<string> DataAsync(Stream stream)
    {
        var all = new StringBuilder();
        while (await LineAsync(stream) is { } line && line != ".")
        {
            all.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return all.ToString();
    }

    private async Task<string?> LineAsync(Stream stream)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (bytes.Count < 100_000 && await stream.ReadAsync(one, _stopping.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r');
            }

            bytes.Add(one[0]);
        }

        return null;
    }

    private async Task SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), _stopping.Token);
        await stream.FlushAsync(_stopping.Token);
    }

    private static string Address(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

    private static X509Certificate2 MakeCertificate(string address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
