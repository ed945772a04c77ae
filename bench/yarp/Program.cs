// A minimal forwarder as YARP's documentation shows it: Kestrel's and YARP's defaults, no logging, no tuning.
// bench-yarp LISTEN-URL UPSTREAM-URL
using System.Net;
using Yarp.ReverseProxy.Forwarder;

if (args.Length != 2)
{
    await Console.Error.WriteLineAsync("usage: bench-yarp LISTEN-URL UPSTREAM-URL");
    return 2;
}

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls(args[0]);
builder.Services.AddHttpForwarder();
var app = builder.Build();

using var client = new HttpMessageInvoker(new SocketsHttpHandler
{
    UseProxy = false,
    AllowAutoRedirect = false,
    AutomaticDecompression = DecompressionMethods.None,
    UseCookies = false,
    EnableMultipleHttp2Connections = true,
    ActivityHeadersPropagator = null,
    ConnectTimeout = TimeSpan.FromSeconds(15),
});
string upstream = args[1];
var transformer = HttpTransformer.Default;
var requestConfig = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(100) };

// The forwarder's answer is an error code, already rendered: not something for the endpoint to write.
app.Map("/{**rest}", async (HttpContext context, IHttpForwarder forwarder) =>
{
    await forwarder.SendAsync(context, upstream, client, requestConfig, transformer);
});
await app.RunAsync();
return 0;
